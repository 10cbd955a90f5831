"""`bulletin-ner evaluate`: what its figures are, its intervals, its calibration, its report and its peers."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import bulletin_ner
from bulletin_ner import Tagger
from bulletin_ner.calibration import Scaling, logit
from bulletin_ner.cli import app
from bulletin_ner.labels import MEASURES, LabelInventory
from bulletin_ner.schema import Bulletin, Entity, Measure
from bulletin_ner.segmentation import sentences
from training import finish
from training.calibration import fit_scaling, fit_settings
from training.commands import evaluate_command
from training.data import load_documents
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence
from training.evaluate import as_pairs, compare_readings, evaluate_readings
from training.evaluation import peers
from training.evaluation.bootstrap import intervals
from training.evaluation.counts import count_table
from training.evaluation.errors import confusion, entity_errors, measure_errors
from training.evaluation.readings import Reading, read_documents
from training.evaluation.reliability import reliability
from training.evaluation.report import write_report
from training.evaluation.scores import measures, relaxed, strict
from training.evaluation.spans import match_spans
from training.evaluation.text import format_scores

LABELS = LabelInventory(("A", "B"), ("X", "Y"))
SMOKE = str(ROOT / "tests/data/smoke.txt")
TEXT = "甲乙丙丁戊己。庚辛壬癸。"

Spans = list[tuple[int, int, str]]


def _reading(
    gold: Spans, found: Spans, wanted: Sequence[str] = (), given: Sequence[str] = (), text: str = TEXT, genre: str = "x"
) -> Reading:
    """One document whose first sentence has some measures."""
    bounds = sentences(text)
    labelled = tuple(GoldSentence(*span, tuple(wanted) if span == bounds[0] else ()) for span in bounds)
    entities = tuple(GoldEntity(kind, start, end) for start, end, kind in gold)
    document = AnnotatedDocument("d", text, "zh-Hans", genre, "x", "x", "x", "none", None, entities, labelled)
    told = tuple(Entity(n, kind, text[start:end], start, end, 0.9 - n / 10) for n, (start, end, kind) in enumerate(found))
    had = tuple(Measure(label, 0.8, *bounds[0], text[slice(*bounds[0])]) for label in given)
    probabilities = np.full((len(bounds), len(LABELS.measures)), 0.1)
    for column, label in enumerate(LABELS.measures):
        probabilities[0, column] = 0.8 if label in given else 0.1
    return Reading(document, Bulletin(text, "zh-Hans", None, "m", told, had, ()), probabilities)


@st.composite
def _spans(draw: st.DrawFn) -> Spans:
    points = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=8)))
    kinds = st.sampled_from(LABELS.entity_types)
    return [(start, end, draw(kinds)) for start, end in zip(points[::2], points[1::2], strict=False)]


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(_spans(), _spans(), st.sets(st.sampled_from("XY")), st.sets(st.sampled_from("XY"))), min_size=1, max_size=4))
def test_counts_give_what_seqeval_and_scikit_learn_give(rows: list[tuple[Spans, Spans, set[str], set[str]]]) -> None:
    pairs = as_pairs([_reading(gold, found, sorted(wanted), sorted(given)) for gold, found, wanted, given in rows])
    table = count_table(pairs, LABELS, {})
    figures = dict(zip(table.names, table.figures(table.counts.sum(0)).tolist(), strict=True))
    for section, scores in (
        ("entities", strict(pairs, LABELS)),
        ("relaxed", relaxed(pairs, LABELS)),
        ("measures", measures(pairs, LABELS)),
    ):
        for name, row in scores.items():
            assert np.nan_to_num(figures[section, name]) == pytest.approx(row["f1"]), (section, name)


def test_spans_are_matched_once() -> None:
    reading = _reading([(0, 2, "A"), (3, 6, "B"), (7, 9, "A")], [(0, 2, "B"), (3, 4, "B"), (4, 6, "B"), (10, 11, "A")])
    kinds = [match.kind for match in match_spans(reading.document.entities, reading.bulletin.entities)]
    assert kinds == ["type", "boundary", "spurious", "missed", "spurious"]
    assert confusion([reading], LABELS)["matrix"] == [[0, 1, 1], [0, 1, 0], [1, 1, 0]]


def test_errors_stand_in_their_sentences_the_surest_first() -> None:
    reading = _reading([(0, 2, "A"), (8, 9, "A")], [(0, 3, "A"), (4, 5, "B"), (5, 6, "B")], wanted="X", given="Y")
    found = entity_errors([reading], 10)
    assert [(error["kind"], error["text"], error["score"]) for error in found] == [
        ("spurious", "戊", 0.8),
        ("spurious", "己", 0.7),
        ("boundary", "甲乙丙", 0.9),
        ("missed", "辛", None),
    ]
    assert (found[0]["before"], found[0]["after"]) == ("甲乙丙丁", "己。")
    assert found[2]["gold"] == "A 甲乙"
    assert [error["text"] for error in entity_errors([reading], 1)] == ["戊", "甲乙丙", "辛"]
    wrong = measure_errors([reading], LABELS, 10)
    assert [(error["kind"], error["label"], error["score"], error["gold"]) for error in wrong] == [
        ("spurious", "Y", 0.8, ["X"]),
        ("missed", "X", 0.1, ["X"]),
    ]


def test_intervals_hold_the_score_and_do_not_change() -> None:
    right, wrong = _reading([(0, 2, "A")], [(0, 2, "A")]), _reading([(0, 2, "A")], [(0, 3, "A")])
    mixed = count_table(as_pairs([right, wrong] * 10), LABELS, {})
    low, high = intervals(mixed, 200)["entities", "A"]
    assert 0.2 < low < 0.5 < high < 0.8
    assert intervals(mixed, 200) == intervals(mixed, 200)
    same = intervals(count_table(as_pairs([right] * 5), LABELS, {}), 50)
    assert same["entities", "all"] == [1, 1]
    assert ("entities", "B") not in same  # nothing to score
    assert intervals(count_table(as_pairs([right]), LABELS, {}), 50) == {}


def test_a_paired_difference() -> None:
    right, wrong = _reading([(0, 2, "A")], [(0, 2, "A")]), _reading([(0, 2, "A")], [(0, 3, "A")])
    found = compare_readings([wrong] * 8, [right] * 8, LABELS, {}, 50)
    assert found["entities"]["A"] == {"difference": 1.0, "interval": [1.0, 1.0]}
    assert found["relaxed"]["all"]["difference"] == 0
    scores = {"model": "m", "version": "m@1"} | evaluate_readings([wrong] * 8, LABELS, {}, 10)
    text = format_scores(scores | {"comparison": {"model": "n", "version": "n@1", "differences": found}})
    assert re.search(r"^n minus m$", text, re.MULTILINE)
    assert re.search(r"^entities A +\+1\.000 \(\+1\.000 to \+1\.000\) \*$", text, re.MULTILINE)
    assert compare_readings([wrong, right], [right, right], LABELS, {}, 0)["entities"]["A"] == {"difference": 0.5, "interval": None}


def test_groups_are_scored_by_themselves() -> None:
    readings = [_reading([(0, 2, "A")], [(0, 2, "A")], genre="press"), _reading([(0, 2, "A")], [], genre="school")] * 2
    scores = evaluate_readings(readings, LABELS, {}, resamples=20)
    assert scores["entities"]["A"]["f1"] == pytest.approx(2 / 3)
    assert {name: group["entities"]["all"]["f1"] for name, group in scores["groups"]["genre"].items()} == {"press": 1, "school": 0}
    assert scores["groups"]["genre"]["press"]["entities"]["all"]["interval"] == [1, 1]
    assert list(scores["groups"]["noise"]) == ["none"]
    assert scores["groups"]["language"]["zh-Hans"]["measures"].keys() == {"micro", "macro", "X", "Y"}


def test_the_calibration_error_by_hand() -> None:
    row = reliability([0.95] * 10 + [0.65] * 10 + [1.0], [True] * 8 + [False] * 2 + [True] * 6 + [False] * 4 + [True])
    assert [bin["n"] for bin in row["bins"]] == [10, 11]
    assert row["ece"] == pytest.approx((10 * 0.05 + 11 * abs(10.5 / 11 - 9 / 11)) / 21)
    assert reliability([], [])["n"] == 0


def test_scaling_keeps_the_order_and_mends_overconfidence() -> None:
    generator = np.random.default_rng(1)
    scores = generator.uniform(0.5, 1, 4000)
    right = generator.uniform(size=4000) < 0.3 + 0.5 * scores  # at most 0.8 are right
    scaling = fit_scaling(scores, right)
    assert reliability(scores, right)["ece"] > 0.06
    assert reliability(scaling(scores), right)["ece"] < 0.03
    assert (np.diff(scaling(np.sort(scores))) > 0).all()
    assert fit_scaling(scores[:50], np.ones(50, bool)) == Scaling()
    assert fit_scaling(scores, ~right) == Scaling()  # it would turn the order round
    with pytest.raises(ValueError, match="above 0"):
        Scaling(temperature=0)
    np.testing.assert_allclose(Scaling()(scores), scores)
    np.testing.assert_allclose(Scaling(2.0, 0.5)(scores), 1 / (1 + np.exp(-(logit(scores) / 2 + 0.5))))


def test_scaling_changes_no_label(tiny: Tagger) -> None:
    documents = load_documents(SMOKE)
    plain = replace(tiny.settings, thresholds=(0.3,) * len(MEASURES), min_score=0.0, entity_scaling=Scaling(), measure_scaling=Scaling())
    scaling = Scaling(1.7, -0.6)
    moved = tuple(scaling(np.array(plain.thresholds)).tolist())
    scaled = replace(plain, thresholds=moved, measure_scaling=scaling, entity_scaling=Scaling(0.5, 0.2))
    for one, other in zip(*(read_documents(tiny.with_settings(chosen), documents) for chosen in (plain, scaled)), strict=True):
        assert [(m.label, m.start) for m in one.bulletin.measures] == [(m.label, m.start) for m in other.bulletin.measures]
        assert [(e.type, e.start, e.end) for e in one.bulletin.entities] == [(e.type, e.start, e.end) for e in other.bulletin.entities]
        for before, after in zip(one.bulletin.entities, other.bulletin.entities, strict=True):
            assert after.score == pytest.approx(float(Scaling(0.5, 0.2)(np.array(before.score))), abs=2e-3)
        np.testing.assert_allclose(other.probabilities, scaling(one.probabilities), atol=1e-4)


def test_fitted_settings_are_kept_in_the_folder(tiny_model: Path, tiny: Tagger) -> None:
    documents = load_documents(SMOKE)
    assert replace(fit_settings(tiny, documents), version="") == replace(tiny.settings, version="")
    content = json.loads((tiny_model / "config.json").read_text(encoding="utf-8"))
    assert content["calibration"]["measures"]["temperature"] == tiny.settings.measure_scaling.temperature
    metrics = json.loads((tiny_model / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["test"]["calibration"]["all measure decisions"]["n"] == sum(len(d.sentences) for d in documents) * len(MEASURES)


def test_an_older_folder_is_read_without_calibration(tiny_model: Path, tmp_path: Path) -> None:
    for file in tiny_model.iterdir():
        if file.is_file():
            (tmp_path / file.name).symlink_to(file)
    content = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    del content["calibration"]
    (tmp_path / "config.json").unlink()
    (tmp_path / "config.json").write_text(json.dumps(content | {"format": 2}), encoding="utf-8")
    assert bulletin_ner.load(tmp_path).settings.measure_scaling == Scaling()


def test_plots_of_labels_in_any_script(tmp_path: Path) -> None:
    own = LabelInventory(("症状", "B"), ())
    reading = replace(_reading([(0, 2, "症状")], [(0, 2, "症状"), (3, 4, "B")]), probabilities=np.zeros((2, 0)))
    scores = {"model": "m", "version": "m@1", "data": ["a"]} | evaluate_readings([reading], own, {}, 0)
    page = write_report(scores, [reading], own, tmp_path).read_text(encoding="utf-8")  # tests/test_pages.py reads such a page whole
    assert page.count("data:image/svg+xml;base64,") == 3


def _fake_words(line: str) -> list[tuple[str, str]]:
    return [(line[:2], "LOC"), ("没有", "LOC"), (line[2:4], "n"), (line[4:], "PER")]


def test_peers_are_scored_through_their_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = peers.Peer("fake", "json", ("zh-Hans",), {"LOC": "A", "PER": "B"}, lambda module: peers._words(_fake_words))
    monkeypatch.setattr(peers, "PEERS", (fake, replace(fake, languages=("en",))))
    reading = _reading([(0, 2, "A"), (4, 6, "B")], [(0, 2, "A"), (4, 6, "B")])
    rows = peers.score_peers(as_pairs([reading]))
    assert len(rows) == 1
    assert rows[0]["strict"]["A"]["f1"] == 1
    assert rows[0]["strict"]["B"]["f1"] == 0  # it takes more than the name
    assert rows[0]["relaxed"]["B"]["f1"] == 1
    assert rows[0]["own"]["strict"]["all"]["f1"] == 1
    scores = {"model": "m", "version": "m@1", "peers": rows} | evaluate_readings([reading], LABELS, {}, 0)
    assert re.search(r"^fake, zh-Hans, 1 documents; LOC as A, PER as B$", format_scores(scores), re.MULTILINE)
    monkeypatch.setattr(peers, "PEERS", (replace(fake, package="no_such_package"),))
    with pytest.raises(peers.PeerError, match=r"pip install 'bulletin-ner\[peers\]'"):
        peers.score_peers(as_pairs([reading]))


def test_jiagus_words_are_joined() -> None:
    class Jiagu:
        seg = staticmethod(lambda line: [line[0], line[1], line[2:]])
        ner = staticmethod(lambda words: ["B-LOC", "I-LOC", "O"])

    assert list(peers._load_jiagu(Jiagu)("甲乙丙丁\n戊己庚")) == [(0, 2, "LOC"), (2, 4, ""), (5, 7, "LOC"), (7, 8, "")]


def test_the_command(tiny_model: Path, tmp_path: Path) -> None:
    if "evaluate" not in [command.name for command in app.registered_commands]:
        app.command("evaluate")(evaluate_command)
    runner = CliRunner()
    base = ["evaluate", "--model", str(tiny_model), "--data", SMOKE, "--bootstrap", "10"]
    options = ["--compare", str(tiny_model), "--report", str(tmp_path / "report"), "--output", str(tmp_path / "scores.json")]
    result = runner.invoke(app, [*base, *options, "--format", "json"])
    assert result.exit_code == 0, result.output
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert {row["difference"] for rows in scores["comparison"]["differences"].values() for row in rows.values()} == {0}
    assert (tmp_path / "report/index.html").is_file()
    text = runner.invoke(app, [*base, "--min-score", "1"]).output
    assert re.search(r"^PLACE +0\.000", text, re.MULTILINE)
    for arguments, code, message in (
        (("--data", "no-such-folder"), 2, "no such corpus folder"),
        (("--output", str(tmp_path / "none/scores.txt")), 2, f"there is no folder {tmp_path / 'none'}; create it"),
        (("--output", str(tmp_path), "--bootstrap", "0"), 3, "Is a directory; the result is on standard output"),
    ):
        faulty = runner.invoke(app, [*base, *arguments])
        assert faulty.exit_code == code
        assert message in faulty.output
    assert re.search(r"^PLACE +\d", faulty.output, re.MULTILINE)


def test_the_end_of_a_run_once_more(tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "old"
    shutil.copytree(tiny_model, folder, ignore=shutil.ignore_patterns("run"))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    del metrics["config"]["labels"], metrics["dev"], metrics["test"]
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    assert finish.main([str(folder)]) == 0
    assert "least score" in capsys.readouterr().out
    for name in ("config.json", "metrics.json"):
        assert json.loads((folder / name).read_text(encoding="utf-8")) == json.loads((tiny_model / name).read_text(encoding="utf-8")), name
    cards = [(one / "README.md").read_text(encoding="utf-8") for one in (folder, tiny_model)]
    assert cards[0].replace("# old", "# tiny").replace("name: old", "name: tiny") == cards[1]
    assert finish.main([str(tmp_path)]) == 2
    assert "no model folder" in capsys.readouterr().err
