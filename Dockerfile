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
RUN /venv/bin/python -m compileall -q .

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
# Well means that every loop of the process runs, with a webhook and without; the port is that of XUNDU_LISTEN. That the
# database can be used, too, is for `check --ready`: a new start would not mend a database.
HEALTHCHECK --interval=60s --timeout=10s --start-period=30s --retries=3 CMD ["python", "-m", "bot", "check", "--live"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["serve"]
