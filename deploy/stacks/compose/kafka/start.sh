#!/bin/sh
# Starts one Kafka node that is broker and controller, in apache/kafka's image and in ours alike.
#   KAFKA_ADVERTISED   host:port that clients are told (default kafka:9092)
#   KAFKA_HEAP_MB      Java heap (default 384)
#   KAFKA_PARTITIONS_OF_OFFSETS  partitions of __consumer_offsets (default 4; fixed at first start)
set -eu

data=/var/lib/kafka/data
config=/tmp/server.properties

cat >"$config" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093
advertised.listeners=PLAINTEXT://${KAFKA_ADVERTISED:-kafka:9092}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$data
# Topics come from the registry in contracts/, nowhere else.
auto.create.topics.enable=false
num.partitions=1
# One node: every internal topic has one replica.
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=${KAFKA_PARTITIONS_OF_OFFSETS:-4}
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
# Do not wait for members who will not come.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# A node that was killed comes back as a stranger: its old session must end first.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
PROPERTIES

# A small heap on a few cores: quick to start beats quick at its peak.
set -- -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' \
    "-Dlog4j2.configurationFile=${KAFKA_LOG4J2:-/opt/kafka/config/log4j2.properties}"

if [ ! -e "$data/meta.properties" ]; then
    # 22 characters of base64; one that begins with a dash would be read as an option.
    cluster=k$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c 2-22)
    java -Xmx128m "$@" kafka.tools.StorageTool format -t "$cluster" -c "$config"
fi
exec java "-Xmx${KAFKA_HEAP_MB:-384}m" "$@" kafka.Kafka "$config"
