from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_ner.windows import Window, plan_windows


@given(
    st.integers(0, 400),
    st.lists(st.integers(0, 400), max_size=40),
    st.integers(5, 60),
    st.integers(0, 2),
)
def test_cores_cover_every_token_once_and_windows_keep_to_their_size(length: int, breaks: list[int], size: int, context: int) -> None:
    windows = plan_windows(length, breaks, size, context)
    assert [index for window in windows for index in range(window.core_start, window.core_end)] == list(range(length))
    for window in windows:
        assert window.end - window.start <= size
        assert window.core_start == 0 or window.core_start - window.start == min(context, window.core_start)
        behind = window.end - window.core_end
        assert behind == min(context // 4 if window.core_end in breaks else context, length - window.core_end)


def test_a_core_ends_where_a_sentence_begins() -> None:
    assert plan_windows(10, [3, 7], 8, 0) == [Window(0, 7, 0, 7), Window(7, 10, 7, 10)]


def test_too_much_context_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        plan_windows(10, [], 8, 4)
