"""The blocks that the Caddyfile is put together from, with names in braces to be filled in."""

from __future__ import annotations

# The portal's own pages load nothing from elsewhere, and say so to the browser.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'"
)

# What is no page shows nothing and is shown by nobody. Whoever is behind may say it otherwise; a
# directive for each, because `?` looks at all headers of its block together.
SAFE = """\
header -Server
	header ?X-Content-Type-Options nosniff
	header ?Referrer-Policy same-origin
	header ?Content-Security-Policy "default-src 'none'; base-uri 'none'; form-action 'none'; \
frame-ancestors 'none'\""""

# Caddy fills in the words; every brace of Caddy's own survives `str.format` as an argument.
PROBLEM = (
    '{"type":"about:blank","status":{answered},"code":"gateway-{answered}",'
    '"title":"{title}","detail":"{detail}","errors":[],"trace_id":"{http.request.uuid}"}'
)

# Of requests only those are logged that ended with 5xx: where they led, status, and why the part
# behind was not reached. Nothing that a caller chose: no address, host or header, no query, and of
# the path no more than the resource's name (what follows may be a number of a talon, or a person).
# And not each of thousands.
HEAD = """\
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
	metrics
	servers {{
		timeouts {{
			read_header 10s
			idle 2m
		}}
	}}
}}

:{port} {{
	bind {bind}
	log {{
		output stderr
		level ERROR
		sampling {{
			interval 1s
			first 20
			thereafter 100
		}}
		format filter {{
			wrap console {{
				level_format upper
			}}
			fields {{
				request>headers delete
				request>remote_ip delete
				request>remote_port delete
				request>client_ip delete
				request>host delete
				request>uri regexp "^(/(?:api/[a-z]+/(?:v1/)?)?[a-z-]{{0,40}}).*" "$1"
				resp_headers delete
				user_id delete
			}}
		}}
	}}
	encode zstd gzip
	request_body {{
		max_size 64MB
	}}
	{safe}
"""

SERVICE = """
	handle_path /api/{name}/* {{
		@public path /v1/* /docs /docs/* /openapi.json /version
		handle @public {{
			reverse_proxy {to} {{
				header_up X-Forwarded-Prefix /api/{name}
				@unread status 408 413
				handle_response @unread {{
					header Connection close
					copy_response
				}}{balancing}
			}}
		}}
		handle {{
			error 404
		}}
	}}
"""

TAIL = """
	@verify path /verify /verify/* /receipts /receipts/*
	handle @verify {{
		{certificates}
	}}
	@signed {{
		method GET HEAD
		path {buckets}
	}}
	handle @signed {{
		@head method HEAD
		method @head GET
		{s3}
	}}
	@trust path {trusted}
	handle @trust {{
		uri strip_prefix /trust
		root "{trust}"
		@authorities path *.cer
		header @authorities Content-Type application/pkix-cert
		@revocations path *.crl
		header @revocations Content-Type application/pkix-crl
		file_server
	}}
	@talon path /talon /talon/*
	handle @talon {{
		{scheduling}
	}}
	handle /inbox* {{
		header Content-Security-Policy "{policy}"
		header ?Cache-Control no-store
		{sinks}
	}}
	handle /pay/* {{
		header Content-Security-Policy "{policy}"
		header ?Cache-Control no-store
		{acquirer}
	}}
	handle /ca/* {{
		{tsa}
	}}
	@ops path /status /status.json /ops /ops/*
	handle @ops {{
		{ops}
	}}
	{short}
	redir /contracts /contracts/ 301
	handle_path /contracts/* {{
		header Content-Security-Policy "{policy}; style-src 'self' 'unsafe-inline'"
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
		@next path_regexp ^/next/[a-z]+$
		rewrite @next {{path}}.html
		templates
		file_server {{
			hide .*
		}}
	}}

	handle_errors {{
		{safe}
		map {{err.message}} {{answered}} {{
			~chunk 400
			default "{{err.status_code}}"
		}}
		map {{answered}} {{title}} {{detail}} {{
			400 "Запрос оборвался" "Тело запроса пришло не целиком или записано с ошибкой."
			404 "Не найдено" "Такого адреса нет."
			405 "Метод не поддерживается" "Этот адрес не знает такого метода."
			413 "Слишком большой запрос" "Запрос больше допустимого размера."
			default "Сервис недоступен" "Повторите попытку через минуту."
		}}
		@away expression `{{answered}} in ["502", "503", "504"]`
		header @away Retry-After 5
		header Cache-Control no-store
		log_append reason {{err.message}}
		@page header_regexp Accept (?i)text/html
		handle @page {{
			header Content-Security-Policy "{policy}"
			root "{site}"
			rewrite /error.html
			file_server {{
				status {{answered}}
			}}
		}}
		handle {{
			header Content-Type "application/problem+json; charset=utf-8"
			respond `{problem}` {{answered}}
		}}
	}}
}}
"""

# For Prometheus and /ops. In one text format for both; no host and no path is a label
# (`per_host` stays off), so nobody outside can make new series.
METRICS = """
:{port} {{
	bind {bind}
	route {{
		metrics /metrics {{
			disable_openmetrics
		}}
		error 404
	}}
}}
"""

# While a replica is away its requests wait for another one, or for itself; a replica that cannot
# be reached is left alone for a moment.
BALANCING = """
	lb_policy round_robin
	lb_try_duration 5s
	lb_try_interval 100ms
	lb_retry_match {
		method GET HEAD
	}
	fail_duration 2s
	transport http {
		dial_timeout 1s
	}"""

# Docker's and Kubernetes' names answer with every replica that runs; asked often, since a replica
# that was started again may have another address.
BY_NAME = """
	dynamic a {{
		name {host}
		port {port}
		refresh 1s
		dial_timeout 2s
		versions ipv4
	}}"""
