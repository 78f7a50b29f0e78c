"""The platform in containers: its images, the compose stack around them, their one-shot jobs.

`python -m deploy.stacks.containers images` builds every image without any image registry, `up` and
`down` run deploy/stacks/compose/compose.yml. It refuses to install an engine, to pull what is here
already, and to start outside a demo with the passwords of the demo.
"""
