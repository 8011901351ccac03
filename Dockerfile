# Everything that is installed stands in package-lock.json. The scripts of packages do not run: the only one that is needed elsewhere brings
# Node, which is here already.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM dependencies AS build
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

# A small program under the real profiler, to see something arrive: `docker build --target app`.
FROM node:24-bookworm-slim AS app
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY src/cli/demo/app.ts ./src/cli/demo/app.ts
USER node
ENTRYPOINT ["node", "src/cli/demo/app.ts"]

FROM node:24-bookworm-slim AS gateway
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY src/bin.cjs ./src/bin.cjs
COPY deploy/flamegate.yaml /etc/flamegate/flamegate.yaml
# The only place it writes to: the queues. Everything else may be read-only.
RUN mkdir -p /var/lib/flamegate && chown node:node /var/lib/flamegate
VOLUME /var/lib/flamegate
USER node
EXPOSE 4040 4041
ENTRYPOINT ["node", "src/bin.cjs"]
CMD ["run", "/etc/flamegate/flamegate.yaml"]
