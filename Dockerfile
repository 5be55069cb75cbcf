# The bot alone: Python, the packages of requirements.lock checked by hash, and the rooms it runs on.
# Nothing is written but to /data, so the container may run with a read-only root.

FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv \
 && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY bot ./bot
COPY handlers ./handlers
COPY supervision ./supervision
COPY forms ./forms
COPY storage ./storage
COPY reports ./reports
COPY sandbox ./sandbox
COPY packs ./packs
COPY locales ./locales
RUN /venv/bin/pybabel compile --domain xundu --directory locales \
 && /venv/bin/python -m compileall -q .

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin xundu \
 && install --directory --owner=xundu --group=xundu --mode=0750 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XUNDU_DATA_DIR=/data \
    XUNDU_LISTEN=0.0.0.0:8080
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# /healthz answers while every loop of the process runs, with a webhook and without. /readyz asks the database too.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["serve"]
