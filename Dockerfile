# The dashboard of the store that is mounted at /home/chatscape/store; of the bundled sample without one.
#   docker build -t chatscape .
#   docker run -p 127.0.0.1:8501:8501 -v "$PWD/store/data:/home/chatscape/store" \
#       chatscape serve --host 0.0.0.0 --allow-public
# Beyond this machine it belongs behind a proxy that signs people in, hence no such command by default.
FROM python:3.11-slim AS build
WORKDIR /source
RUN python -m venv /opt/chatscape
COPY . .
RUN /opt/chatscape/bin/pip install --no-cache-dir -c constraints.txt .

FROM python:3.11-slim
COPY --from=build /opt/chatscape /opt/chatscape
RUN useradd --uid 10001 --create-home chatscape
USER chatscape
WORKDIR /home/chatscape
ENV PATH="/opt/chatscape/bin:$PATH"
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["chatscape"]
CMD ["serve", "--host", "0.0.0.0"]
