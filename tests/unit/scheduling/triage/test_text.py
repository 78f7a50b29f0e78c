"""What a text of symptoms says of a threat to life (A22, e35, n23)."""

from __future__ import annotations

import pytest

from services.chassis.foundation.errors import InvalidInputError
from services.scheduling.triage.domain import QUESTIONS, RedFlag, Said, flags_in, flags_of


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Сильная боль в груди, одышка", "chest-pain"),
        ("с утра болит в груди и тяжело дышать", "chest-pain"),
        ("Сильно болит за грудиной", "chest-pain"),
        ("давит в гурди, отдаёт в руку", "chest-pain"),
        ("боль в сердце не проходит", "chest-pain"),
        ("не болит голова, но болит грудь", "chest-pain"),
        ("сил нет от боли в груди", "chest-pain"),
        ("Нет насморка, боль в груди", "chest-pain"),
        ("похоже на инфаркт", "chest-pain"),
        ("внезапная слабость в правой руке", "sudden-weakness"),
        ("вдруг онемела половина лица", "sudden-weakness"),
        ("не чувствую левую руку", "sudden-weakness"),
        ("потеря чувствительности в ногах", "sudden-weakness"),
        ("рука не двигается с утра", "sudden-weakness"),
        ("подозреваю инсульт у мамы", "sudden-weakness"),
        ("сильное кровотечение из носа", "bleeding"),
        ("сильное кровотичение", "bleeding"),
        ("открытая рана на ноге", "bleeding"),
        ("кровь не останавливается", "bleeding"),
        ("рвота с кровью", "bleeding"),
        ("температура 39 и рвота", "fever"),
        ("Температура 38,5. Судороги у ребёнка", "fever"),
        ("температура выше 38 с рвотой", "fever"),
        ("высокая температура, спутанное сознание", "fever"),
        ("жар под 40, бредит", "fever"),
        ("Приступ астмы, ингалятор не помогает", "asthma"),
        ("приступ астмы", "asthma"),
        ("задыхаюсь", "asthma"),
        ("не могу дышать", "asthma"),
        ("упал, подозрение на перелом", "injury"),
        ("вывихнул плечо", "injury"),
        ("сломала руку", "injury"),
        ("острая боль в животе", "acute"),
        ("резкое ухудшение состояния", "acute"),
        ("потерял сознание на улице", "acute"),
        ("лежит без сознания", "acute"),
    ],
)
def test_what_threatens_life_is_found_in_any_form(text: str, flag: str) -> None:
    assert flag in flags_in(text)
    assert flag in flags_in(text.upper())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "насморк и кашель третий день",
        "нет боли в груди",
        "боли в груди нет",
        "Боли в груди и одышки нет, просто осмотр",
        "без боли в груди, одышки, рвоты",
        "нет боли в груди, одышки и кровотечения",
        "боли в груди не было",
        "не болит в груди",
        "болит голова",
        "болит спина, немеют пальцы",
        "одышка при подъёме по лестнице",
        "температура 37,5 и рвота",
        "температура 38 и рвота",
        "температура 39, кашель",
        "температура 39, рвоты и судорог нет",
        "судороги в ногах по ночам",
        "наблюдение после инсульта",
        "перенёс инфаркт в 2019 году",
        "перелом руки два года назад",
        "сломала ноготь",
        "острая зубная боль",
        "грудной ребёнок, болит животик",
        "боли в грудном отделе позвоночника",
        "сдать кровь на сахар, много пью воды",
        "давление 140/90",
        "артериальное давление 138",
        "астма, нужен рецепт на ингалятор",
        "продлить рецепт, жалоб нет",
        "труд тяжёлый, болит поясница",
    ],
)
def test_what_is_not_there_or_long_ago_is_no_flag(text: str) -> None:
    assert flags_in(text) == frozenset()


def test_every_flag_of_a_text_is_a_question() -> None:
    assert set(QUESTIONS) == set(RedFlag)
    assert flags_in("задыхаюсь, открытая рана, температура 40 и бред") <= set(RedFlag)


def test_symptoms_come_with_answers() -> None:
    with pytest.raises(InvalidInputError) as missing:
        flags_of(Said("кашель"), pointer="/details")
    assert [e.pointer for e in missing.value.errors] == ["/details/red_flags"]
    with pytest.raises(InvalidInputError) as unknown:
        flags_of(Said("кашель", ("chest-pain", "hiccups")))
    assert [e.pointer for e in unknown.value.errors] == ["/red_flags/1"]
    assert flags_of(Said("кашель", ())) == []
    assert flags_of(Said()) == []
    assert flags_of(Said(None, ("injury",))) == [RedFlag.INJURY]
    assert flags_of(Said("задыхаюсь", ("chest-pain",))) == [RedFlag.CHEST_PAIN, RedFlag.ASTHMA]


def test_a22_a_word_is_stemmed_once_however_many_concepts_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stemmed = list[str]()

    def stem(word: str) -> str:
        stemmed.append(word)
        return word

    monkeypatch.setattr("services.scheduling.triage.domain.text._stem", stem)
    flags_in("ыэю ыюэ эыю эюы")
    assert sorted(stemmed) == ["ыэю", "ыюэ", "эыю", "эюы"]
