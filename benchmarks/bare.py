"""The smallest Streamlit app that counts: what a click and a first load cost at least."""

import streamlit as st

st.session_state.setdefault("count", 0)


def count() -> None:
    st.session_state.count += 1


st.button("Right", key="right", on_click=count)
with st.container(key="number"):
    st.markdown(f"**{st.session_state.count}**")
