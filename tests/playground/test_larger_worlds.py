"""Driving larger worlds: the numbers, the map, and the page in both languages."""

import subprocess
import sys

import numpy as np
import pytest

from playground.driving import Drive, driven, played, restarted
from playground.grid_world import TaxiMap, drawing, reachable, scale_of
from playground.language import labels
from playground.world_drives import GRIDS, chosen, solution
from rl_core.tabular.q_learning import Config
from tests.playground.app import said
from tests.playground.test_cliff import at

CONFIG = Config(gamma=0.99)


def test_gymnasium_comes_without_torch():
    code = "import sys, gymnasium; gymnasium.make('Taxi-v4'); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_page_brings_no_gymnasium_before_such_a_world_is_chosen():
    code = "import sys, playground.larger_worlds; assert 'gymnasium' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frozen_lake", 0.542026),
        ("frozen_lake_deterministic", 0.950990),
        ("cliff_walking", -12.2479),
        ("taxi", 6.3275),
    ],
)
def test_the_exact_value_of_the_start(name, value):
    mdp = chosen(name).mdp
    assert mdp.start @ solution(name, 0.99).max(axis=1) == pytest.approx(value, abs=5e-5)


def test_a_driven_step_learns():
    mdp = chosen("frozen_lake_deterministic").mdp
    before = Drive.begin(mdp, 0)
    drive = before
    for action in (1, 1, 2, 1, 2, 2):  # Down, Down, Right, Down, Right, Right
        drive = driven(mdp, drive, CONFIG, 0, action)
    assert drive.returns == (1.0,)
    assert drive.trail == (0, 4, 8, 9, 13, 14, 15)
    assert drive.state.q[14, 2] == 0.5
    assert not before.state.q.any()


def test_playing_ends_after_the_episodes_and_goes_on_from_the_same_table():
    mdp = chosen("cliff_walking").mdp
    drive = played(mdp, Drive.begin(mdp, 0), CONFIG, 0, 5)
    assert len(drive.returns) == 5
    assert drive.state.over
    again = played(mdp, drive, CONFIG, 0, 2)
    assert again.returns[:5] == drive.returns
    assert len(again.returns) == 7
    assert again.steps > drive.steps


def test_going_back_to_the_start_forgets_the_episode_not_the_table():
    mdp = chosen("cliff_walking").mdp
    drive = driven(mdp, Drive.begin(mdp, 0), CONFIG, 0, 0)
    again = restarted(mdp, drive, 0)
    assert again.state.s == int(mdp.start.argmax())
    assert again.returns == ()
    assert (again.state.q == drive.state.q).all()


@pytest.mark.parametrize("name", GRIDS)
def test_every_world_is_drawn_with_all_its_ties(name):
    place, q = chosen(name), solution(name, 0.99)
    s = int(np.flatnonzero(place.mdp.start)[0])
    data = drawing(place, q, scale_of(place.mdp, q), s)
    assert len(data["cells"]) == data["rows"] * data["columns"]
    heats = [cell["heat"] for cell in data["cells"] if cell["heat"] is not None]
    assert min(heats) >= 0
    assert max(heats) <= 1
    assert tuple(data["agent"]) == place.place(s)
    here = next(c for c in data["cells"] if (c["row"], c["column"]) == place.place(s))
    assert len(here["arrows"]) == np.isclose(q[s], q[s].max()).sum()


def test_kinds_of_cells():
    def kinds(name: str) -> list[str]:
        place, q = chosen(name), solution(name, 0.99)
        return [cell["kind"] for cell in drawing(place, q, (0, 1))["cells"]]

    assert kinds("frozen_lake").count("hole") == 4
    assert kinds("cliff_walking").count("cliff") == 10
    assert kinds("random_walk") == ["end", *["floor"] * 5, "goal"]
    assert kinds("windy").count("goal") == 1
    assert chosen("windy").feet == ("", "", "", "↑1", "↑1", "↑1", "↑2", "↑2", "↑1", "")


def test_the_walls_of_taxi_are_where_east_does_not_lead_on():
    place = chosen("taxi")
    assert isinstance(place, TaxiMap)
    east = place.mdp.actions.index("East")
    stays = {
        (row, column, "Right")
        for row, column in np.ndindex(5, 4)
        if place.mdp.p[row * 100 + column * 20 + 1, east, row * 100 + column * 20 + 1] == 1
    }
    assert set(place.walls) == stays


def test_unreachable_states_are_not_counted():
    assert reachable(chosen("cliff_walking").mdp).sum() == 38
    assert reachable(chosen("taxi").mdp).sum() == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["frozen_lake", "taxi", "windy", "random_walk"])
def test_a_world_is_driven_and_played(lang, name):
    app = at("worlds", lang, ql_world_name=name)
    app.button(key="ql_world_act_0").click().run()
    assert not app.exception
    app.button(key="ql_world_play_1").click().run()
    assert not app.exception
    drive = app.session_state.ql_world_pasts[name][-1]
    assert len(drive.returns) == 1
    app.button(key="ql_world_undo").click().run()
    assert app.session_state.ql_world_pasts[name][-1].steps == 1
    assert labels(lang)["worlds.no_episode"] in said(app)


def test_each_world_keeps_its_own_table():
    app = at("worlds", ql_world_name="windy")
    app.button(key="ql_world_play_1").click().run()
    app.selectbox(key="ql_world_name").set_value("frozen_lake").run()
    assert app.session_state.ql_world_pasts["frozen_lake"][-1].steps == 0
    app.selectbox(key="ql_world_name").set_value("windy").run()
    assert len(app.session_state.ql_world_pasts["windy"][-1].returns) == 1
    app.button(key="ql_world_reset").click().run()
    assert app.session_state.ql_world_pasts["windy"][-1].steps == 0


def test_taxi_after_the_delivery_shows_what_was_learned_just_before_it():
    place = chosen("taxi")
    delivered, aboard = 0, 16  # the passenger is in R, where it wanted to go; on the way there
    assert place.on_show(delivered) == place.on_show(aboard)
    assert len(set(place.notes(delivered).values())) == 4  # R is the destination, nobody waits
