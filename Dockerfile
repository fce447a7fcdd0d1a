# The dashboard of the store that is mounted at /store; without one, of the bundled sample.
#
#   docker build -t chatscape .                        torch for the CPU, about 200 MB
#   docker build -t chatscape --build-arg TORCH=cu130 .       for GPUs, several GB
#
# compose.yaml runs it behind a proxy that signs people in. Alone it refuses to listen, because it would
# listen to everybody.
#
# The base is pinned by version. A digest pins its every byte; to put one in, in both places:
#   docker buildx imagetools inspect python:3.11.15-slim-bookworm
# and write python:3.11.15-slim-bookworm@sha256:… with the digest that it prints.
FROM python:3.11.15-slim-bookworm AS build
# Which build of torch uv takes from PyTorch's own site: cpu, or one for GPUs by its name there. Empty:
# that of the usual registry.
ARG TORCH=cpu
RUN python -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir uv==0.13.9
RUN python -m venv --without-pip /opt/chatscape
WORKDIR /source
COPY pyproject.toml constraints.txt requirements-image.txt ./
# Every file of a package must have a hash that is listed.
RUN /opt/uv/bin/uv pip install --no-cache --compile-bytecode --no-deps --require-hashes \
    --python /opt/chatscape/bin/python -r requirements-image.txt
# PyTorch by version alone: each of its builds has files, and hashes, of its own.
RUN /opt/uv/bin/uv pip install --no-cache --compile-bytecode ${TORCH:+--torch-backend "$TORCH"} \
    --python /opt/chatscape/bin/python -c constraints.txt -r pyproject.toml --extra search --extra openid
COPY . .
RUN /opt/uv/bin/uv pip install --no-cache --compile-bytecode --no-deps \
    --python /opt/chatscape/bin/python .

FROM python:3.11.15-slim-bookworm
LABEL org.opencontainers.image.title="Chatscape" \
    org.opencontainers.image.description="A self-hosted dashboard for exploring conversations with language models" \
    org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin chatscape \
    && install -d -o chatscape -g chatscape -m 0700 /store \
    && install -d -o chatscape -g chatscape -m 0755 /secret
COPY --from=build /opt/chatscape /opt/chatscape
# Nothing is written but to /store and /tmp, and once to /secret, which the proxy reads.
ENV PATH="/opt/chatscape/bin:$PATH" HOME=/tmp PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]
ENTRYPOINT ["chatscape"]
CMD ["serve", "--host", "0.0.0.0"]
