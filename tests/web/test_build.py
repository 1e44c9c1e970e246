"""What is built: small, and typed by what the API says today."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.conftest import ROOT

FACES = ["app", "door", "kiosk", "staff"]
# Bytes of script and style, gzip. A phone's: a second on a slow network. The console's: half a second of 1.6 Mbit/s, at
# a desk where it stays open all day; its pages that are seldom gone to come later.
BUDGETS = {"app": 40_000, "door": 40_000, "kiosk": 40_000, "staff": 85_000}


def first_load(built: Path, face: str) -> list[str]:
    """The scripts and styles that a page names."""
    return re.findall(r'(?:src|href)="/(assets/[^"]+)"', (built / face / "index.html").read_text())


@pytest.mark.parametrize("face", FACES)
def test_the_first_load_is_within_its_budget(built: Path, face: str):
    files = first_load(built, face)
    sizes = {file: len(gzip.compress((built / file).read_bytes())) for file in files}

    assert {Path(file).suffix for file in files} == {".js", ".css"}
    assert sum(sizes.values()) <= BUDGETS[face], sizes


@pytest.mark.parametrize("face", FACES)
def test_why_something_was_not_done_is_not_in_the_first_load(built: Path, face: str):
    first = "".join((built / file).read_text() for file in first_load(built, face) if file.endswith(".js"))
    sentences = json.loads((ROOT / "web/src/shared/problems/i18n/zh-CN.json").read_text())

    assert "problem.internal" in first
    assert [key for key in sentences if f'"{key}"' in first] == []


OWN = {"app": "home", "door": "door", "kiosk": "stand", "staff": "staff"}


@pytest.mark.parametrize("face", FACES)
def test_no_face_waits_for_what_is_another_faces_alone(built: Path, face: str):
    names = {Path(file).name.partition("-")[0] for file in first_load(built, face)}

    assert names & set(OWN.values()) == {OWN[face]}


LATER = ["app/find", "app/more", "app/pass", "kiosk/camera", "kiosk/inner", "shared/busy", "shared/news"]
LATER += ["shared/account/passkey", "staff/pages/ballots", "staff/pages/policies"]
LATER += [f"staff/pages/{page}" for page in ("activities", "audit", "backups", "channels", "devices", "hours", "usage")]


@pytest.mark.parametrize("folder", LATER)
def test_what_comes_later_is_in_no_first_load(built: Path, folder: str):
    said_at_once = "\n".join(each for near in ("shared", "staff", "app", "kiosk", "door") for each in sentences(near))
    first = "".join((built / file).read_text() for face in FACES for file in first_load(built, face))

    later = [each for each in sentences(folder) if len(each) > 5 and each not in said_at_once]
    assert later != []
    assert [each for each in later if each in first] == []


def sentences(folder: str) -> list[str]:
    """What is said there in Chinese."""
    return list(json.loads((ROOT / "web/src" / folder / "i18n/zh-CN.json").read_text()).values())


@pytest.mark.parametrize("face", FACES)
def test_nothing_is_written_into_the_page_itself(built: Path, face: str):
    page = (built / face / "index.html").read_text()

    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page) == []


def test_no_address_of_a_registry_is_in_the_lock_file():
    locked = (ROOT / "web/package-lock.json").read_text()

    assert locked.count('"integrity"') > 20
    assert not re.search(r'"resolved"|registry', locked)


def test_an_unknown_act_of_the_tool_says_what_there_is():
    asked = subprocess.run([sys.executable, ROOT / "tools/web.py", "fly"], capture_output=True, text=True, check=False)

    assert asked.returncode == 2
    assert "build" in asked.stderr


def test_the_members_face_never_comes_to_load_what_is_another_faces_alone(built: Path):
    [listed] = re.findall(r"const FILES = (\[.*\])", (built / "app/sw.js").read_text())
    faces = {Path(file).name.partition("-")[0] for file in json.loads(listed) if file.startswith("/assets/")}

    assert "home" in faces
    assert faces & {"door", "staff", "stand"} == set()


@pytest.mark.parametrize("face", FACES)
def test_no_face_ever_comes_to_load_what_begins_another(built: Path, face: str):
    """It would be run: a kiosk would become a member's phone."""
    due, loaded = first_load(built, face), set()
    while due:
        loaded.add(file := due.pop())
        if file.endswith(".js"):
            near = re.findall(r'(?:from|import\(?)\s*["`]\./([^"`]+)', (built / file).read_text())
            due += [each for each in (f"assets/{name}" for name in near) if each not in loaded]
    names = {Path(file).name.partition("-")[0] for file in loaded}

    assert len(loaded) > len(first_load(built, face)) or face == "door"
    assert names & set(OWN.values()) == {OWN[face]}


# The pass, and why something was not done, in both languages.
KEPT = ["hearth pass 1", "生成我的码", "Make my pass", "会员号或密码不对", "The number or the password is not right"]


def test_what_is_kept_for_no_network_is_there_and_the_pass_and_both_languages_are_among_it(built: Path):
    [listed] = re.findall(r"const FILES = (\[.*\])", (built / "app/sw.js").read_text())
    files = [file for file in json.loads(listed) if file != "/app/"]

    assert [file for file in files if not (built / file[1:]).is_file()] == []
    kept = "".join((built / file[1:]).read_text() for file in files if file.endswith(".js"))
    assert [word for word in KEPT if word not in kept] == []
