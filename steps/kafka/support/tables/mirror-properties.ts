import type { DatedTable } from '../../../support/dated-table.ts'

/** Whose properties they are: a connector's, those of all three, or those of a part that MirrorMaker 2 passes them on to. */
export type MirrorPart =
  | 'security'
  | 'connector'
  | 'source'
  | 'checkpoint'
  | 'heartbeat'
  | 'client'
  | 'maker'
  | 'worker'
  | 'producer'
  | 'consumer'
  | 'admin'

/** The names that one part knows, in the two lines. */
export interface MirrorRow {
  readonly part: MirrorPart
  readonly both: readonly string[]
  readonly only39: readonly string[]
  readonly only43: readonly string[]
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

/** Every property that MirrorMaker 2 knows: what is not among them is ignored without a word. */
export const mirrorProperties: DatedTable<MirrorRow> = {
  title: 'Properties of MirrorMaker 2',
  asOf: '2026-11-29',
  staleAfterDays: 365,
  sources: ['the ConfigDefs of connect-mirror, connect-runtime and kafka-clients 3.9.2 and 4.3.1'],
  rows: [
    {
      part: 'security',
      both: words(`
        sasl.client.callback.handler.class sasl.jaas.config sasl.kerberos.kinit.cmd sasl.kerberos.min.time.before.relogin
        sasl.kerberos.service.name sasl.kerberos.ticket.renew.jitter sasl.kerberos.ticket.renew.window.factor
        sasl.login.callback.handler.class sasl.login.class sasl.login.connect.timeout.ms sasl.login.read.timeout.ms
        sasl.login.refresh.buffer.seconds sasl.login.refresh.min.period.seconds sasl.login.refresh.window.factor
        sasl.login.refresh.window.jitter sasl.login.retry.backoff.max.ms sasl.login.retry.backoff.ms sasl.mechanism
        sasl.oauthbearer.clock.skew.seconds sasl.oauthbearer.expected.audience sasl.oauthbearer.expected.issuer
        sasl.oauthbearer.header.urlencode sasl.oauthbearer.jwks.endpoint.refresh.ms
        sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms sasl.oauthbearer.jwks.endpoint.retry.backoff.ms
        sasl.oauthbearer.jwks.endpoint.url sasl.oauthbearer.scope.claim.name sasl.oauthbearer.sub.claim.name
        sasl.oauthbearer.token.endpoint.url security.protocol ssl.cipher.suites ssl.enabled.protocols
        ssl.endpoint.identification.algorithm ssl.engine.factory.class ssl.key.password ssl.keymanager.algorithm
        ssl.keystore.certificate.chain ssl.keystore.key ssl.keystore.location ssl.keystore.password ssl.keystore.type
        ssl.protocol ssl.provider ssl.secure.random.implementation ssl.trustmanager.algorithm ssl.truststore.certificates
        ssl.truststore.location ssl.truststore.password ssl.truststore.type
      `),
      only39: words(''),
      only43: words(`
        sasl.oauthbearer.assertion.algorithm sasl.oauthbearer.assertion.claim.aud sasl.oauthbearer.assertion.claim.exp.seconds
        sasl.oauthbearer.assertion.claim.iss sasl.oauthbearer.assertion.claim.jti.include
        sasl.oauthbearer.assertion.claim.nbf.seconds sasl.oauthbearer.assertion.claim.sub sasl.oauthbearer.assertion.file
        sasl.oauthbearer.assertion.private.key.file sasl.oauthbearer.assertion.private.key.passphrase
        sasl.oauthbearer.assertion.template.file sasl.oauthbearer.client.credentials.client.id
        sasl.oauthbearer.client.credentials.client.secret sasl.oauthbearer.jwt.retriever.class
        sasl.oauthbearer.jwt.validator.class sasl.oauthbearer.scope
      `),
    },
    {
      part: 'connector',
      both: words(`
        admin.timeout.ms config.action.reload connector.class enabled errors.log.enable errors.log.include.messages
        errors.retry.delay.max.ms errors.retry.timeout errors.tolerance exactly.once.support forwarding.admin.class
        header.converter key.converter metric.reporters name offsets.storage.topic predicates replication.policy.class
        replication.policy.internal.topic.separator.enabled replication.policy.separator source.cluster.alias
        target.cluster.alias tasks.max tasks.max.enforce topic.creation.groups transaction.boundary transaction.boundary.interval.ms transforms
        value.converter
      `),
      only39: words(`auto.include.jmx.reporter`),
      only43: words(`
        config.providers connector.plugin.version header.converter.plugin.version key.converter.plugin.version
        value.converter.plugin.version
      `),
    },
    {
      part: 'source',
      both: words(`
        config.properties.exclude config.property.filter.class consumer.poll.timeout.ms emit.offset-syncs.enabled
        offset-syncs.topic.location offset-syncs.topic.replication.factor offset.lag.max refresh.topics.enabled
        refresh.topics.interval.seconds replication.factor sync.topic.acls.enabled sync.topic.acls.interval.seconds
        sync.topic.configs.enabled sync.topic.configs.interval.seconds topic.filter.class topics topics.exclude
      `),
      only39: words(`add.source.alias.to.metrics config.properties.blacklist topics.blacklist use.incremental.alter.configs`),
      only43: words(`
        heartbeats.replication.enabled metric.names.formats
      `),
    },
    {
      part: 'checkpoint',
      both: words(`
        checkpoints.topic.replication.factor consumer.poll.timeout.ms emit.checkpoints.enabled
        emit.checkpoints.interval.seconds group.filter.class groups groups.exclude offset-syncs.topic.location
        refresh.groups.enabled refresh.groups.interval.seconds sync.group.offsets.enabled sync.group.offsets.interval.seconds
        topic.filter.class
      `),
      only39: words(`groups.blacklist`),
      only43: words(`
        metric.names.formats
      `),
    },
    {
      part: 'heartbeat',
      both: words(`
        emit.heartbeats.enabled emit.heartbeats.interval.seconds heartbeats.topic.replication.factor
      `),
      only39: words(''),
      only43: words(''),
    },
    {
      part: 'client',
      both: words(`
        bootstrap.servers forwarding.admin.class replication.policy.class replication.policy.internal.topic.separator.enabled
        replication.policy.separator
      `),
      only39: words(''),
      only43: words(''),
    },
    {
      part: 'maker',
      both: words(`
        access.control.allow.methods access.control.allow.origin clusters config.providers dedicated.mode.enable.internal.rest
        listeners response.http.headers.config rest.advertised.host.name rest.advertised.listener rest.advertised.port
        ssl.client.auth
      `),
      only39: words(''),
      only43: words(''),
    },
    {
      part: 'worker',
      both: words(`
        access.control.allow.methods access.control.allow.origin admin.listeners bootstrap.servers client.dns.lookup client.id
        config.providers config.storage.replication.factor config.storage.topic connect.protocol connections.max.idle.ms
        connector.client.config.override.policy exactly.once.source.support group.id header.converter heartbeat.interval.ms
        inter.worker.key.generation.algorithm inter.worker.key.size inter.worker.key.ttl.ms inter.worker.signature.algorithm
        inter.worker.verification.algorithms key.converter listeners metadata.max.age.ms metadata.recovery.strategy
        metric.reporters metrics.num.samples metrics.recording.level metrics.sample.window.ms offset.flush.interval.ms
        offset.flush.timeout.ms offset.storage.partitions offset.storage.replication.factor offset.storage.topic
        plugin.discovery plugin.path rebalance.timeout.ms receive.buffer.bytes reconnect.backoff.max.ms reconnect.backoff.ms
        request.timeout.ms response.http.headers.config rest.advertised.host.name rest.advertised.listener
        rest.advertised.port rest.extension.classes retry.backoff.max.ms retry.backoff.ms scheduled.rebalance.max.delay.ms
        send.buffer.bytes session.timeout.ms socket.connection.setup.timeout.max.ms socket.connection.setup.timeout.ms
        ssl.client.auth status.storage.partitions status.storage.replication.factor status.storage.topic
        task.shutdown.graceful.timeout.ms topic.creation.enable topic.tracking.allow.reset topic.tracking.enable
        value.converter worker.sync.timeout.ms worker.unsync.backoff.ms
      `),
      only39: words(`auto.include.jmx.reporter`),
      only43: words(`
        header.converter.plugin.version key.converter.plugin.version metadata.recovery.rebootstrap.trigger.ms
        value.converter.plugin.version
      `),
    },
    {
      part: 'producer',
      both: words(`
        acks batch.size bootstrap.servers buffer.memory client.dns.lookup client.id compression.gzip.level
        compression.lz4.level compression.type compression.zstd.level connections.max.idle.ms delivery.timeout.ms
        enable.idempotence enable.metrics.push interceptor.classes key.serializer linger.ms max.block.ms
        max.in.flight.requests.per.connection max.request.size metadata.max.age.ms metadata.max.idle.ms
        metadata.recovery.strategy metric.reporters metrics.num.samples metrics.recording.level metrics.sample.window.ms
        partitioner.adaptive.partitioning.enable partitioner.availability.timeout.ms partitioner.class partitioner.ignore.keys
        receive.buffer.bytes reconnect.backoff.max.ms reconnect.backoff.ms request.timeout.ms retries retry.backoff.max.ms
        retry.backoff.ms security.providers send.buffer.bytes socket.connection.setup.timeout.max.ms
        socket.connection.setup.timeout.ms transaction.timeout.ms transactional.id value.serializer
      `),
      only39: words(`auto.include.jmx.reporter`),
      only43: words(`
        config.providers metadata.recovery.rebootstrap.trigger.ms transaction.two.phase.commit.enable
      `),
    },
    {
      part: 'consumer',
      both: words(`
        allow.auto.create.topics auto.commit.interval.ms auto.offset.reset bootstrap.servers check.crcs client.dns.lookup
        client.id client.rack connections.max.idle.ms default.api.timeout.ms enable.auto.commit enable.metrics.push
        exclude.internal.topics fetch.max.bytes fetch.max.wait.ms fetch.min.bytes group.id group.instance.id group.protocol
        group.remote.assignor heartbeat.interval.ms interceptor.classes internal.throw.on.fetch.stable.offset.unsupported
        isolation.level key.deserializer max.partition.fetch.bytes max.poll.interval.ms max.poll.records metadata.max.age.ms
        metadata.recovery.strategy metric.reporters metrics.num.samples metrics.recording.level metrics.sample.window.ms
        partition.assignment.strategy receive.buffer.bytes reconnect.backoff.max.ms reconnect.backoff.ms request.timeout.ms
        retry.backoff.max.ms retry.backoff.ms security.providers send.buffer.bytes session.timeout.ms
        socket.connection.setup.timeout.max.ms socket.connection.setup.timeout.ms value.deserializer
      `),
      only39: words(`auto.include.jmx.reporter internal.leave.group.on.close`),
      only43: words(`
        config.providers metadata.recovery.rebootstrap.trigger.ms share.acknowledgement.mode share.acquire.mode
      `),
    },
    {
      part: 'admin',
      both: words(`
        bootstrap.controllers bootstrap.servers client.dns.lookup client.id connections.max.idle.ms default.api.timeout.ms
        enable.metrics.push metadata.max.age.ms metadata.recovery.strategy metric.reporters metrics.num.samples
        metrics.recording.level metrics.sample.window.ms receive.buffer.bytes reconnect.backoff.max.ms reconnect.backoff.ms
        request.timeout.ms retries retry.backoff.max.ms retry.backoff.ms security.providers send.buffer.bytes
        socket.connection.setup.timeout.max.ms socket.connection.setup.timeout.ms
      `),
      only39: words(`auto.include.jmx.reporter`),
      only43: words(`
        config.providers metadata.recovery.rebootstrap.trigger.ms
      `),
    },
  ],
}

/** What a property was called before, or is called by mistake, and what it is called. */
export const renamedMirrorProperties: Readonly<Record<string, string>> = {
  'topics.blacklist': 'topics.exclude',
  'groups.blacklist': 'groups.exclude',
  'config.properties.blacklist': 'config.properties.exclude',
  'topics.whitelist': 'topics',
  'groups.whitelist': 'groups',
  'acl.sync.enabled': 'sync.topic.acls.enabled',
  'config.sync.enabled': 'sync.topic.configs.enabled',
  'sync.topics.acls.enabled': 'sync.topic.acls.enabled',
  'sync.topics.configs.enabled': 'sync.topic.configs.enabled',
  'rename.topics': 'replication.policy.class',
  'checkpoint.topic.replication.factor': 'checkpoints.topic.replication.factor',
  'heartbeat.topic.replication.factor': 'heartbeats.topic.replication.factor',
  'offset.syncs.topic.replication.factor': 'offset-syncs.topic.replication.factor',
}
