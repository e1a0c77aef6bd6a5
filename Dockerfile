# Builds the program from the sources, and keeps of it what runs.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No package needs a script to build or to run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN node scripts/build.mjs

FROM node:24-slim AS packages
WORKDIR /packages
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /nametag
COPY package.json LICENSE ./
COPY --from=packages /packages/node_modules ./node_modules
COPY --from=build /build/dist ./dist
RUN install -d -o node -g node -m 700 /data
USER node
# Nothing else is written, so the rest may be read-only.
VOLUME /data
EXPOSE 4390
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.NAMETAG_PORT || 4390}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/nametag/dist/main.js"]
CMD ["serve", "--host", "0.0.0.0", "--data", "/data"]
