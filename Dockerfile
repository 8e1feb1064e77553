# Untested: it was written where no container engine is at hand.
FROM python:3.12-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home threadwise

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY bot bot
COPY adapters adapters
COPY storage storage

USER threadwise
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot", "run"]
