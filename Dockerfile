# The server in a container: `docker build -t among .`, then docs/howto/run-in-docker.md.
# Nothing in it needs to be written to but /data; it runs without any right, and needs no way out.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv /build && python -m venv --without-pip /opt/among
COPY requirements-build.lock requirements-server.lock ./
RUN /build/bin/pip install --quiet --require-hashes --only-binary :all: -r requirements-build.lock \
 && /build/bin/pip --python /opt/among/bin/python install --quiet --require-hashes --only-binary :all: \
        -r requirements-server.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY protocol protocol
COPY server server
COPY client_cli client_cli
RUN /build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels ./protocol . \
 && /build/bin/pip --python /opt/among/bin/python install --quiet --no-deps --no-index /wheels/*.whl \
 && /opt/among/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/among/lib

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="among" \
      org.opencontainers.image.description="Real-time community chat: a WebSocket server that loses nothing" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN install -d -m 700 -o 10001 -g 10001 /data
COPY --from=build /opt/among /opt/among
ENV PATH=/opt/among/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AMONG_DATA=/data \
    AMONG_HOST=0.0.0.0
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# It may have to bring the database up to date before it is ready: failing within the start period counts for nothing.
HEALTHCHECK --interval=15s --timeout=5s --start-period=5m --retries=3 CMD ["among-server", "health"]
ENTRYPOINT ["among-server"]
CMD ["serve"]
