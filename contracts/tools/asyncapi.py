"""The AsyncAPI 3.0 document of the whole platform, made from the registry of topics.

One document for all systems: every channel once, and for each system the operations that it sends
and receives (an operation's tag names the system). It describes what is published; the settings of
a running broker are not its business.
"""

from __future__ import annotations

from typing import Any

from contracts.envelope import (
    CONTENT_TYPE,
    HEADER_CONTENT_TYPE,
    HEADER_ID,
    HEADER_TYPE,
    Data,
)
from contracts.tools.glossary import EVENTS, SYSTEMS
from contracts.tools.snapshots import example_of, schema_of
from contracts.topics import TOPICS
from contracts.topics.model import Topic

BINDING = "0.5.0"

Node = dict[str, Any]

ABOUT = """События платформы «Моё здоровье».

Каждое событие – свершившийся факт в виде CloudEvents 1.0 (структурированный JSON). Версия входит в
тип события; внутри версии могут появиться только новые необязательные поля, поэтому незнакомые
поля и незнакомые типы событий нужно пропускать. Доставка – не меньше одного раза: повтор узнаётся
по `id`. Порядок сохраняется внутри `aggregateid` (он же ключ записи Kafka), номер по порядку –
`seq`. Персональные данные находятся только в `data.pii`.
Запись верна, только если её топик, `source` и ключ – те, что названы здесь; остальное следует
отклонять. Необязательное поле отсутствует, `null` не
передаётся.

Документ создан из `contracts/topics.py` командой `python -m contracts`."""


def document() -> Node:
    """The document, ready to be written as JSON.

    Raises:
        ContractError: an event has no example or no words.
    """
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "«Моё здоровье»: события", "version": "1.0.0", "description": ABOUT},
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "Кластер Kafka платформы.",
                "variables": {
                    "bootstrap": {
                        "default": "127.0.0.1:9192",
                        "description": "host:port; по умолчанию – встроенный стенд (`make run`).",
                    }
                },
            }
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            name: operation for topic in TOPICS for name, operation in _operations(topic).items()
        },
        "components": {
            "messages": {event.TYPE: _message(event, t) for t in TOPICS for event in t.events},
            "tags": {
                name: {"name": name, "description": f"{words.title}. {words.sentence}"}
                for name, words in SYSTEMS.items()
            },
        },
    }


def _channel(topic: Topic) -> Node:
    owner = SYSTEMS[topic.producer]
    return {
        "address": topic.name,
        "title": f"{owner.title}: события",
        "description": " ".join(
            (f"Пишет только «{owner.title}».", owner.sentence, *_secret(topic))
        ),
        "messages": {
            event.__name__: {"$ref": f"#/components/messages/{event.TYPE}"}
            for event in topic.events
        },
        "tags": [_tag(topic.producer)],
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": int(topic.retention.total_seconds() * 1000),
                },
                "bindingVersion": BINDING,
            }
        },
        "x-key": topic.key,
    }


def _secret(topic: Topic) -> tuple[str, ...]:
    if not topic.one_reader:
        return ()
    (reader,) = topic.consumers
    return (f"Читает только «{SYSTEMS[reader].title}»: содержимое зашифровано для неё (JWE).",)


def _operations(topic: Topic) -> Node:
    sends = {
        f"{topic.producer}.sends.{topic.name}": _operation(
            topic, "send", topic.producer, topic.events
        )
    }
    return sends | {
        f"{consumer}.hears.{topic.name}": _operation(topic, "receive", consumer, events)
        for consumer, events in topic.consumers.items()
    }


def _operation(topic: Topic, action: str, system: str, events: tuple[type[Data], ...]) -> Node:
    verb = "сообщает" if action == "send" else "слушает"
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "title": f"«{SYSTEMS[system].title}» {verb}: {topic.name}",
        "messages": [
            {"$ref": f"#/channels/{topic.name}/messages/{event.__name__}"} for event in events
        ],
        "tags": [_tag(system)],
    }


def _tag(system: str) -> Node:
    return {"$ref": f"#/components/tags/{system}"}


def _message(event: type[Data], topic: Topic) -> Node:
    words = EVENTS[event.__name__]
    schema = {k: v for k, v in schema_of(event).items() if not k.startswith("$")}
    example = example_of(event.TYPE)
    headers = {
        HEADER_ID: example["id"],
        HEADER_TYPE: event.TYPE,
        HEADER_CONTENT_TYPE: CONTENT_TYPE,
    }
    return {
        "name": event.TYPE,
        "title": words.title,
        "summary": words.sentence,
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "properties": {
                HEADER_ID: {"type": "string", "description": "То же, что `id` в теле."},
                HEADER_TYPE: {"type": "string", "const": event.TYPE},
                HEADER_CONTENT_TYPE: {"type": "string", "const": CONTENT_TYPE},
            },
            "required": [HEADER_ID, HEADER_TYPE, HEADER_CONTENT_TYPE],
        },
        "payload": schema,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "tags": [_tag(topic.producer)],
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"aggregateid: {topic.key}"},
                "bindingVersion": BINDING,
            }
        },
        "examples": [{"name": event.__name__, "headers": headers, "payload": example}],
    }
