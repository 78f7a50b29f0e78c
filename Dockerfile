# One image for every program of ours; the command chooses:
#   python -m services.identity | services.certificates | … | deploy.watch.ops | deploy.world.tsa | …
# Target `platform` has what production runs, `demo` adds the demo sinks and an outsider's tools.
# It builds with the classic builder too, with or without a network: `make images` brings the
# packages beforehand as wheels; otherwise pip takes them from the index that it is told of by
#   docker build --build-arg PIP_INDEX_URL=… (that stage stays behind, it is not in the image).
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS packages
ARG PIP_INDEX_URL
WORKDIR /build
# The pattern lets the directory be absent.
COPY requirements/runtime.txt requirements/demo.txt .run/wheel[s] /build/
COPY deploy/stacks/containers/install.sh /build/
# Two environments: pip works from its own and leaves nothing of itself in ours.
RUN python3 -m venv /opt/pip && python3 -m venv --without-pip /opt/venv
RUN sh install.sh runtime.txt

FROM packages AS demo-packages
RUN sh install.sh demo.txt

FROM ${BASE_IMAGE} AS runtime
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUTF8=1 \
    HOME=/tmp
WORKDIR /app
# Volumes start with the owner that their mount point has here.
RUN mkdir -p /data /pki /trust && chown 10001:10001 /data /pki /trust
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-I", "/app/deploy/stacks/containers/healthcheck.py"]

# The same twice: what changes least comes first, so that a change of code is a layer of code.
FROM runtime AS demo
COPY --from=demo-packages /opt/venv /opt/venv
COPY pyproject.toml /app/
COPY contracts /app/contracts
COPY services /app/services
COPY deploy /app/deploy
RUN python -m compileall -q /app
USER 10001:10001
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Моё здоровье: demo" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="moe-zdorovie"

FROM runtime AS platform
COPY --from=packages /opt/venv /opt/venv
COPY pyproject.toml /app/
COPY contracts /app/contracts
COPY services /app/services
COPY deploy /app/deploy
RUN python -m compileall -q /app
USER 10001:10001
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Моё здоровье" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="moe-zdorovie"
