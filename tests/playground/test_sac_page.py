"""The SAC page through AppTest, in both languages; training is tested in runs and browser."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground import code_diff
from playground.language import blocks, labels
from playground.sac import compared, settings
from rl_core.deep import sac, td3

APP = Path(__file__).parents[2] / "streamlit_app.py"

pytestmark = pytest.mark.usefixtures("own_store")


def opened(lang: str = "en", **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["lang"] = lang
    app.run()
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page("pages/sac.py").run()
    assert not app.exception
    return app


def click(app: AppTest, *keys: str) -> AppTest:
    for key in keys:
        app.button(key=f"sac_{key}").click().run()
        assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.warning, *app.caption])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("station", settings.STATIONS)
def test_the_page_speaks_one_language_at_every_station(lang, station):
    app = opened(lang, sac_station=station)
    for block in (f"by_hand_{station}", "idea", "compared"):
        assert blocks(lang, "sac")[block] in said(app)
        assert blocks("en" if lang == "zh" else "zh", "sac")[block] not in said(app)
    assert app.button(key="sac_train").label == labels(lang)["training.train"]


def test_the_dial_goes_up_to_both_ends():
    app = opened()
    assert labels("en")["sac.dial.between_three"] in said(app)
    click(app, *["dial_down"] * 2)
    assert app.session_state.sac_dial == 0.01
    assert app.button(key="sac_dial_down").disabled
    assert labels("en")["sac.dial.cold_three"] in said(app)
    app.select_slider(key="sac_dial").set_value(100.0).run()
    assert labels("en")["sac.dial.hot_three"] in said(app)
    app.segmented_control(key="sac_world").set_value("near_far").run()
    assert labels("en")["sac.dial.hot_near_far"] in said(app)
    assert not app.exception


def test_without_the_correction_sigma_grows_and_with_it_there_is_a_top():
    app = click(opened(sac_station="squashed"), *["squashed_climb"] * 10)
    assert app.session_state.sac_deviation < 1.1
    click(app, "squashed_reset")
    app.toggle(key="sac_corrected").set_value(False).run()
    click(app, *["squashed_climb"] * 10)
    assert app.session_state.sac_deviation > 4
    assert labels("en")["sac.squashed.without"][:30] in said(app)


def test_the_temperature_adjusts_itself_until_it_is_there_and_stays_where_it_is_switched_off():
    app = opened(sac_station="temperature")
    click(app, "temperature_one")
    assert labels("en")["sac.temperature.above"] in said(app)
    click(app, *["temperature_five"] * 4)
    assert labels("en")["sac.temperature.there"] in said(app)
    before = app.session_state.sac_temperatures[-1]
    app.segmented_control(key="sac_scale").set_value(10.0).run()
    app.toggle(key="sac_adjusts").set_value(False).run()
    click(app, "temperature_five")
    assert app.session_state.sac_temperatures[-1] == before
    assert labels("en")["sac.temperature.fixed_below"] in said(app)
    app.toggle(key="sac_adjusts").set_value(True).run()
    click(app, *["temperature_five"] * 3)
    assert app.session_state.sac_temperatures[-1] == pytest.approx(10 * before, rel=0.1)
    click(app, "temperature_reset")
    assert app.session_state.sac_temperatures == [settings.BEGIN]


def test_the_address_restores_the_session():
    app = click(opened(), "dial_up", "dial_up")
    app.segmented_control(key="sac_world").set_value("near_far").run()
    names = ("sac_dial", "sac_world")
    other = opened("zh", **{name: app.query_params[name] for name in names})
    assert other.session_state.sac_dial == 0.2
    assert other.session_state.sac_world == "near_far"


@pytest.mark.parametrize(
    ("key", "value"),
    [("station", "x"), ("dial", "0.3"), ("world", "grid"), ("scale", "2"), ("mean", "nan"),
     ("deviation", "-1"), ("wanted", "5"), ("corrected", "no")],
)  # fmt: skip
def test_what_is_wrong_in_the_link_is_said_once(key, value):
    app = opened(**{f"sac_{key}": value})
    (warning,) = app.warning
    assert f"sac_{key} = {value}" in warning.value
    assert not click(app, "dial_up").warning


def test_the_numbers_are_what_the_function_computed(monkeypatch):
    app = opened()

    def patched(reward, terminated, v_next, gamma):
        return reward * 0 + 7.25

    patched.__doc__ = sac.target.__doc__
    monkeypatch.setattr(sac, "target", patched)
    app.run()
    assert sum(r"\mathbf{7.25}" in line.value for line in app.latex) == 1


def test_the_formulas_follow_the_chosen_sample():
    app = opened()
    before = [line.value for line in app.latex]
    app.slider(key="sac_formulas_sample").set_value(9).run()
    assert sum(a.value != b for a, b in zip(app.latex, before, strict=True)) == 4


def test_there_is_a_sentence_on_every_change_since_td3():
    changes = code_diff.between(
        (td3.train, sac.train),
        (td3.criticise, sac.criticise),
        (td3.improve, sac.improve),
        (td3.actor_loss, sac.actor_loss),
    )
    number = sum(not change.same for change in changes)
    for lang in ("en", "zh"):
        assert len(labels(lang)["changed.sac"].split("|")) == number


@pytest.mark.parametrize(
    ("check", "wrong", "slip", "right"),
    [
        ("value", 1.0, "hard_maximum", 1.15663),
        ("chance", 0.26894, "other_action", 0.73106),
        ("target", 1 + 0.9 * 2, "no_entropy", 1 + 0.9 * (2 + 0.2 * 0.5)),
        ("target", 1 + 0.9 * 3.1, "larger_critic", 2.89),
    ],
)
def test_checks_are_computed_and_name_the_slip(check, wrong, slip, right):
    app = opened()
    app.number_input(key=f"sac_check_{check}").set_value(wrong).run()
    assert labels("en")[f"slip.sac.{slip}"] in said(app)
    app.number_input(key=f"sac_check_{check}").set_value(right).run()
    assert labels("en")["check.right"].split("{")[0] in said(app)


@pytest.mark.parametrize(("check", "right", "wrong"), [("way", "falls", "rises"),
                                                       ("goal", "rarely", "half")])  # fmt: skip
def test_choices(check, right, wrong):
    app = opened()
    for name, mark in ((right, "yes"), (wrong, "no")):
        app.radio(key=f"sac_check_{check}").set_value(name).run()
        assert labels("en")[f"check.{mark}"] in said(app)


def test_the_table_of_all_algorithms_shows_what_was_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(compared, "MEASURED", tmp_path / "measured.json")
    assert labels("en")["sac.compared_missing"][:40] in said(opened())
    result = {
        "algorithm": "sac", "env": "Pendulum-v1", "runs": 3, "steps_trained": 9, "seed": 5,
        "steps": [4, None, 8], "seconds": [1.2, None, 2.6],
    }  # fmt: skip
    compared.MEASURED.write_text(json.dumps([result]))
    assert labels("en")["sac.compared_missing"][:40] not in said(opened())
    line = "<span>Pendulum-v1</span><span>{}</span><span>{}</span><span>{}</span>"
    assert line.format("2 of 3", "6 steps", "3 s") in compared._table([result])
    never = result | {"steps": [None] * 3}
    assert line.format("0 of 3", "in 9 steps", "") in compared._table([never])
    assert compared._table([result]).count('data-name="Measured here">–') == len(compared.PAGES) - 1
