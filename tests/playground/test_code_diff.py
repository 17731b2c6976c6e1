"""Two functions as one text, and the sentences on every change."""

import pytest

from playground import siblings
from playground.code_diff import Change, changes, statements
from playground.language import labels

OLD = "def f(a):\n    x = g(\n        a,\n    )\n    return x + 1\n"


def test_a_broken_statement_stays_in_one_piece():
    assert statements(OLD) == ["def f(a):", "    x = g(\n        a,\n    )", "    return x + 1"]


def test_what_stays_is_the_same_on_both_sides():
    assert all(change.same for change in changes(OLD, OLD))
    assert "\n".join(change.old for change in changes(OLD, OLD)) == OLD.rstrip()


def test_a_statement_that_became_another_is_one_change():
    found = [c for c in changes(OLD, OLD.replace("x + 1", "x + 2")) if not c.same]
    assert found == [Change("    return x + 1", "    return x + 2")]


def test_statements_that_came_or_went_are_changes_of_their_own():
    new = OLD.replace("    return x + 1", "    log(a)\n    return x + 1")
    assert [c for c in changes(OLD, new) if not c.same] == [Change("", "    log(a)")]
    assert [c for c in changes(new, OLD) if not c.same] == [Change("    log(a)", "")]


def test_unlike_statements_are_not_paired():
    found = [c for c in changes("a = 1\n", "while waiting:\n    pass\n") if not c.same]
    assert Change("a = 1", "") in found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", siblings.PAIRS)
def test_every_change_between_relatives_has_its_sentence(lang, name):
    found = [change for change in siblings.found(name) if not change.same]
    notes = labels(lang)[f"diff.notes.{name}"].split("|")
    assert len(notes) == len(found)
    assert all(note.strip() for note in notes)


def test_the_diff_rebuilds_both_sources():
    for name, (old, new) in siblings.PAIRS.items():
        found = siblings.found(name)
        before = "".join(change.old for change in found)
        after = "".join(change.new for change in found)
        assert old.target.__name__ in before
        assert "q[s_next].max" in before or "a_next" in before
        assert "q[s_next].max" not in after
        assert new.__name__.rpartition(".")[2] == name
