"""The spaCy component: spans that the tokens can hold, everything else in the extensions, and nothing lost between."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

import bulletin_ner
from bulletin_ner.spacy_component import BulletinComponent

TEXT = "截至11月10日20时，大兴县累计报告确诊病例12例。县长周明远要求继续做好核酸检测。"


@pytest.fixture(scope="module")
def chinese() -> spacy.language.Language:
    nlp = spacy.blank("zh")
    nlp.add_pipe("bulletin_ner", config={"reference_date": "2022-11-10"})
    return nlp


def test_entities_measures_and_values(chinese: spacy.language.Language, default: bulletin_ner.Tagger) -> None:
    bulletin = default.predict(TEXT, reference_date="2022-11-10")
    doc = chinese(TEXT)
    assert [(e.label_, e.start_char, e.text) for e in doc.ents] == [(e.type, e.start, e.text) for e in bulletin.entities]
    found = {(span.label_, span.text) for span in doc.spans["measures"]}
    assert found == {(measure.label, measure.text) for measure in bulletin.measures}
    assert found
    assert doc._.bulletin == bulletin.to_dict()
    assert doc._.records == bulletin.to_dict()["records"]
    assert doc._.records[0]["value"] == 12
    (count,) = [ent for ent in doc.ents if ent.label_ == "COUNT"]
    assert count._.entity["indicator"] == "confirmed_cases"
    assert count._.measure is None
    assert [span._.measure["label"] for span in doc.spans["measures"]] == [span.label_ for span in doc.spans["measures"]]
    assert doc._.unaligned == []


def _accounted(doc: Doc) -> None:
    """Every entity and measure is a span, or in `unaligned` with its own offsets."""
    result = doc._.bulletin
    for name, label, spans in (("entities", "type", doc.ents), ("measures", "label", doc.spans["measures"])):
        exact = {(span.label_, span.start_char, span.end_char) for span in spans}
        open_ = {(item[label], item["start"], item["end"]) for item in doc._.unaligned if label in item}
        assert {(item[label], item["start"], item["end"]) for item in result[name]} <= exact | open_


@pytest.mark.parametrize("mode", ["strict", "contract", "expand"])
def test_what_does_not_align_is_reported(mode: str, default: bulletin_ner.Tagger, caplog: pytest.LogCaptureFixture) -> None:
    nlp = spacy.blank("en")  # a run of Chinese is one token
    with caplog.at_level(logging.WARNING):
        doc = BulletinComponent(default, None, mode)(nlp.make_doc(TEXT + " In Dongshan County 31 cases were found."))
    _accounted(doc)
    assert "not on token boundaries" in caplog.text
    place = next(item for item in doc._.unaligned if item.get("text") == "大兴县")
    assert doc.text[place["start"] : place["end"]] == "大兴县"
    assert place["aligned"] is None or mode == "expand"
    assert all(ent._.entity["type"] == ent.label_ for ent in doc.ents)
    assert ("Dongshan County", "PLACE") in {(ent.text, ent.label_) for ent in doc.ents}


# A Doc holds UTF-8, so spaCy itself takes no lone surrogate.
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    text=st.text(alphabet=st.one_of(st.sampled_from("甲县11月3日。 \r\nab"), st.characters(codec="utf-8")), max_size=60),
    language=st.sampled_from(["zh", "en"]),
)
def test_any_text_is_accounted_for(tiny: bulletin_ner.Tagger, text: str, language: str) -> None:
    _accounted(BulletinComponent(tiny, None, "expand")(spacy.blank(language).make_doc(text)))


def test_a_stream_with_dates_of_its_own(chinese: spacy.language.Language) -> None:
    docs = [chinese.make_doc("甲县11月3日报告3例。") for _ in range(3)]
    docs[1]._.reference_date = "2020-12-01"
    found = [[ent._.entity["value"] for ent in doc.ents if ent.label_ == "DATE"] for doc in chinese.pipe(docs)]
    assert found == [["2022-11-03"], ["2020-11-03"], ["2022-11-03"]]


def test_it_survives_the_disk(chinese: spacy.language.Language, tmp_path: Path) -> None:
    chinese.to_disk(tmp_path / "nlp")
    doc = spacy.load(tmp_path / "nlp")(TEXT)
    assert [ent.text for ent in doc.ents] == [ent.text for ent in chinese(TEXT).ents]
    again = Doc(chinese.vocab).from_bytes(doc.to_bytes())
    assert again._.bulletin == doc._.bulletin
    assert [ent._.entity for ent in again.ents] == [ent._.entity for ent in doc.ents]


def test_entities_of_another_component_stay(chinese: spacy.language.Language) -> None:
    doc = chinese.make_doc("甲县报告3例，热线。")
    doc.ents = [Span(doc, 7, 9, "LINE"), Span(doc, 0, 1, "OLD")]
    found = {(ent.text, ent.label_) for ent in chinese.get_pipe("bulletin_ner")(doc).ents}
    assert ("热线", "LINE") in found
    assert ("甲县", "PLACE") in found


def test_a_bad_mode_is_named(tiny_model: Path) -> None:
    with pytest.raises(ValueError, match="alignment_mode 'loose' is none of strict, contract, expand"):
        spacy.blank("zh").add_pipe("bulletin_ner", config={"model": str(tiny_model), "alignment_mode": "loose"})
