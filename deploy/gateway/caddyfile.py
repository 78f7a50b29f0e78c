"""The gateway's configuration as one function of ports and paths.

What is not named here cannot be reached from outside: metrics, health and readiness of the
services stay on their own ports.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from contracts.topics import SERVICES
from deploy.embedded.settings import Ports

# The portal's own pages load nothing from elsewhere, and say so to the browser.
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'"
)

# Caddy fills in the status; every brace of Caddy's own survives `str.format` as an argument.
_PROBLEM = (
    '{"type":"about:blank","status":{err.status_code},"code":"gateway-{err.status_code}",'
    '"title":"Сервис недоступен или такого адреса нет",'
    '"detail":"Проверьте адрес; если он верен, повторите попытку через минуту."}'
)

_HEAD = """\
{{
	admin off
	persist_config off
	auto_https off
	storage file_system "{storage}"
	log default {{
		output stderr
		format console {{
			level_format upper
		}}
		level ERROR
	}}
	servers {{
		timeouts {{
			read_header 10s
			idle 2m
		}}
	}}
}}

:{port} {{
	bind {bind}
	encode zstd gzip
	request_body {{
		max_size 64MB
	}}
	header {{
		X-Content-Type-Options nosniff
		Referrer-Policy same-origin
		-Server
	}}
"""

_SERVICE = """
	handle_path /api/{name}/* {{
		@public path /v1/* /docs /docs/* /openapi.json /version
		handle @public {{
			reverse_proxy 127.0.0.1:{port} {{
				header_up X-Forwarded-Prefix /api/{name}
			}}
		}}
		handle {{
			error 404
		}}
	}}
"""

_TAIL = """
	@verify path /verify /verify/*
	handle @verify {{
		reverse_proxy 127.0.0.1:{certificates}
	}}
	@signed {{
		method GET HEAD
		path {buckets}
	}}
	handle @signed {{
		reverse_proxy 127.0.0.1:{s3}
	}}
	@trust path /trust/root.pem /trust/crl.pem
	handle @trust {{
		uri strip_prefix /trust
		root "{trust}"
		file_server
	}}
	@talon path /talon /talon/*
	handle @talon {{
		reverse_proxy 127.0.0.1:{scheduling}
	}}
	handle /inbox* {{
		header Content-Security-Policy "{policy}"
		reverse_proxy 127.0.0.1:{sinks}
	}}
	redir /contracts /contracts/ 301
	handle_path /contracts/* {{
		@parts path /schemas/*.json /examples/*.json
		handle @parts {{
			root "{contracts}"
			file_server
		}}
		handle {{
			root "{contracts}/generated"
			file_server
		}}
	}}
	handle {{
		header Content-Security-Policy "{policy}"
		header Cache-Control "no-cache"
		root "{site}"
		file_server {{
			hide .*
		}}
	}}

	handle_errors {{
		@api path /api/*
		handle @api {{
			header Content-Type "application/problem+json; charset=utf-8"
			respond `{problem}` {{err.status_code}}
		}}
		handle {{
			root "{site}"
			rewrite /error.html
			file_server {{
				status {{err.status_code}}
			}}
		}}
	}}
}}
"""


def caddyfile(
    ports: Ports, *, bind: str, storage: Path, root: Path, trust: Path, buckets: Sequence[str]
) -> str:
    """The text of a Caddyfile for the embedded stack.

    `trust` is the folder of the demo PKI, of which only the root certificate and the revocation
    list are served. `buckets` are reached by signed addresses, which S3 checks: the signature
    covers the gateway's own host name.
    """
    parts = [_HEAD.format(storage=_escaped(storage), port=ports.gateway, bind=bind)]
    parts += [_SERVICE.format(name=name, port=getattr(ports, name)) for name in SERVICES]
    parts.append(
        _TAIL.format(
            certificates=ports.certificates,
            scheduling=ports.scheduling,
            sinks=ports.sinks,
            s3=ports.s3,
            buckets=" ".join(f"/{bucket}/*" for bucket in buckets),
            trust=_escaped(trust),
            policy=_PAGE_POLICY,
            problem=_PROBLEM,
            contracts=_escaped(root / "contracts"),
            site=_escaped(root / "deploy" / "gateway" / "site"),
        )
    )
    return "".join(parts)


def _escaped(path: Path) -> str:
    return str(path).replace('"', '\\"')
