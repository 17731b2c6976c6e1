import re

import pytest

from playground import formula
from playground.numbers import shown, signed
from rl_core.tabular import q_learning
from rl_core.tabular.q_learning import td_error, update

NUMBERS = {
    "Q(s,a)": 0.5,
    r"\alpha": 0.5,
    "r": 1.0,
    r"\gamma": 0.9,
    r"\max_{a'} Q(s',a')": 0.0,
}


def bare(text: str) -> str:
    """LaTeX without colours and spacing."""
    text = re.sub(r"\\textcolor\{#\w+\}\{([^}]*)\}", r"\1", text)
    return re.sub(r"\\(?:[,;]|bigl|bigr|mathbf)|[{}\s]", "", text)


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.225, "0.225"), (0.3375, "0.3375"), (0.75, "0.75"), (-1.0, "−1"), (-0.00001, "0"),
     (0.45000000000000007, "0.45"), (100.0, "100"), (0.0, "0"), (0.123456, "0.1235"),
     (1e300, "1 × 10³⁰⁰"), (-2.5e13, "−2.5 × 10¹³"), (float("inf"), "inf")],
)  # fmt: skip
def test_numbers_are_shown_with_up_to_four_decimals(x, text):
    assert shown(x) == text


def test_a_reward_shows_its_sign():
    assert [signed(x) for x in (1.0, 0.0, -0.5)] == ["+1", "0", "−0.5"]


def test_the_formula_comes_from_the_docstring():
    assert formula.latex(td_error) == r"\delta = r + \gamma \max_{a'} Q(s',a') - Q(s,a)"
    with pytest.raises(ValueError, match="no \\$\\$ formula"):
        formula.latex(q_learning.train)


def test_the_source_is_the_functions_own_without_its_docstring():
    assert formula.source(update).splitlines() == [
        "def update(q_sa: float, alpha: float, delta: float) -> float:",
        "    return q_sa + alpha * delta",
    ]
    assert formula.source(update, body_only=True) == "q_sa + alpha * delta"


def test_numbers_take_the_place_of_symbols():
    line = formula.substituted(formula.latex(update), NUMBERS, 0.75)
    assert bare(line) == r"0.75=0.5+0.5[1+0.9\times0-0.5]"


def test_negative_numbers_are_put_in_brackets():
    line = formula.substituted(
        formula.latex(td_error), NUMBERS | {"Q(s,a)": -0.25, "r": -1.0}, -0.75
    )
    assert bare(line) == r"-0.75=(-1)+0.9\times0-(-0.25)"


def test_a_symbol_has_one_colour_everywhere():
    def colours(text: str) -> set[str]:
        return set(re.findall(r"#\w{6}", text))

    line = formula.substituted(formula.latex(update), NUMBERS, 0.75)
    assert colours(formula.coloured(formula.latex(update))) == colours(line)
    assert len(colours(line)) == 5


def test_letters_inside_words_are_not_symbols():
    assert formula.coloured(r"\text{for} \arg\max_a \varepsilon") == (
        r"\text{for} \arg\max_a \varepsilon"
    )


def test_a_bracket_before_a_symbol_is_a_factor_too():
    line = formula.substituted(
        r"y = r + \gamma \, (1 - d) \, v", {r"\gamma": 0.9, "d": 0, "v": 2}, 1.8
    )
    assert bare(line).endswith(r"0.9(1-0)\times2")


def test_a_number_before_a_symbol_is_a_factor_too():
    line = formula.substituted(r"y = \frac{2 \, a}{b}", {"a": 0.1, "b": 0.5}, 0.4)
    assert bare(line) == r"0.4=\frac2\times0.10.5"  # `bare` leaves no braces


def test_a_symbol_after_a_fraction_is_a_factor_too():
    line = formula.substituted(r"y = \frac{a}{b} \, c", {"a": 0.1, "b": 0.5, "c": 2}, 0.4)
    assert bare(line) == r"0.4=\frac0.10.5\times2"


def test_a_name_that_only_looks_like_a_symbol_is_not_coloured():
    both, one = (formula._code_html("alpha * r", own) for own in ((), ("r",)))
    assert both.count("<b") == 2
    assert one.count("<b") == 1
    assert one.endswith(" * r")
