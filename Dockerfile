# Everything that is installed stands in package-lock.json. The scripts of packages do not run: the only one that is needed elsewhere brings
# Node, which is here already. The version of Node is the one that the tests run with.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM dependencies AS build
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
# What `flamegate version` says: the image is built without the history.
ARG REVISION=""
ARG CREATED=""
RUN npm run build && npm prune --omit=dev --ignore-scripts && if [ -n "$REVISION" ]; then printf '{"commit":"%s","date":"%s"}' "$REVISION" "$CREATED" >dist/build.json; fi

# A small program under the real profiler, to see something arrive: `docker build --target app`.
FROM node:${NODE_VERSION}-bookworm-slim AS app
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY src/cli/demo/app.ts ./src/cli/demo/app.ts
USER 1000:1000
ENTRYPOINT ["node", "src/cli/demo/app.ts"]

FROM node:${NODE_VERSION}-bookworm-slim AS gateway
ARG REVISION=""
ARG CREATED=""
LABEL org.opencontainers.image.title="flamegate" \
      org.opencontainers.image.description="A gateway for continuous profiles between profiling agents and Grafana Pyroscope" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/flamegate/flamegate" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY src/bin.cjs ./src/bin.cjs
COPY deploy/flamegate.yaml /etc/flamegate/flamegate.yaml
# The only place it writes to: the queues. Everything else may be read-only.
RUN mkdir -p /var/lib/flamegate && chown 1000:1000 /var/lib/flamegate
VOLUME /var/lib/flamegate
# A number: Kubernetes' runAsNonRoot cannot look up a name. It is the user node of the image below.
USER 1000:1000
EXPOSE 4040 4041
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["node", "src/bin.cjs", "healthcheck"]
ENTRYPOINT ["node", "src/bin.cjs"]
CMD ["run", "/etc/flamegate/flamegate.yaml"]
