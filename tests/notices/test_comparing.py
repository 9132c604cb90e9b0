"""Two versions of a text side by side in one."""

from notices.texts.comparing import Piece, pieces


class TestPieces:
    def test_mark_what_went_and_what_came(self) -> None:
        assert pieces("请尽快联系", "请在方便时联系") == [
            Piece("same", "请"), Piece("gone", "尽快"), Piece("new", "在方便时"), Piece("same", "联系"),
        ]  # fmt: skip

    def test_take_english_word_by_word(self) -> None:
        assert Piece("gone", "soon") in pieces("Call us soon.", "Call us today.")

    def test_never_split_a_placeholder(self) -> None:
        found = pieces("到 {due_on}", "到 {due_at}")
        assert Piece("gone", "{due_on}") in found
        assert Piece("new", "{due_at}") in found

    def test_give_both_texts_back(self) -> None:
        old, new = "一\n二 three", "一\n四 three."
        found = pieces(old, new)
        assert "".join(one.text for one in found if one.kind != "new") == old
        assert "".join(one.text for one in found if one.kind != "gone") == new

    def test_of_two_equal_texts_are_one(self) -> None:
        assert pieces("一样", "一样") == [Piece("same", "一样")]
        assert pieces("", "") == []
