"""The steps, in order: shut everything, release one lock after another, ask, judge, write.

`reached` is told each step behind which the power may be cut: what was released is never released again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from devices.commission import profile, rules, sheet
from devices.commission.bench import Bench, Levels
from devices.commission.notes import FILE, Notes, Trial, keep, read_notes, replace_file
from devices.commission.places import Place
from devices.commission.rules import Finding
from devices.commission.talk import Talk

_PATIENCE_S: Final = 120.0  # for a door to be pushed shut, before it is asked for again
_YES: Final = frozenset({"y", "yes", "是"})
_MOST_DOORS: Final = 512


class Stopped(Exception):
    """It cannot go on; the person has been told why."""


@dataclass
class Wizard:
    """For one node.toml."""

    file: Path
    device: str
    bench: Bench
    talk: Talk
    now: Callable[[], datetime]
    check: Callable[[str], object]  # raises ValueError or ConfigError for a file that the firmware would not take
    judge: Callable[[Sequence[Trial], Mapping[Place, bool]], list[Finding]] = rules.judge
    reached: Callable[[str], None] = field(default=lambda step: None)
    opened: Callable[[int], None] = field(default=lambda door: None)  # told of each door that the person saw open

    def run(self, *, again: bool = False, afresh: bool = False) -> bool:
        """Whether node.toml now says what was found. Raises Stopped, and Hung when nobody answers."""
        self._text = self.file.read_text(encoding="utf-8")
        self._expected = profile.expected_places(self._text)
        self._refuse_lost_boards()
        notes = self._begin(again=again, afresh=afresh)
        self._try_everything(notes)
        findings = [one for one in self.judge(notes.trials, _shut(notes)) if self._is_of_interest(one, notes)]
        self._report(findings, notes)
        is_written = self._write(findings, notes)
        self._print_sheet(findings, notes)
        if any(finding.trouble for finding in findings):
            self.talk.say("again")
        return is_written

    # --- beginning

    def _refuse_lost_boards(self) -> None:
        lost = self.bench.lost()
        for no in lost:
            where = profile.name_of(Place(no, 1), self._text)
            self.talk.say("lost", board=no + 1, port=where["port"], address=where["address"])
        if lost:
            raise Stopped

    def _begin(self, *, again: bool, afresh: bool) -> Notes:
        cabinet = profile.cabinet_of(self._text)
        notes = None if afresh else read_notes(self._notes_file)
        if notes is None or notes.cabinet != cabinet:
            return self._begin_anew(cabinet)
        if again:
            self.talk.ask("shut_all")  # what was repaired may say shut in another way than before
            notes.shut |= self._levels()
            notes.enough = []
            bad = {str(f.strike) for f in self.judge(notes.trials, _shut(notes)) if f.trouble is not None}
            notes.trials = [trial for trial in notes.trials if trial.place not in bad]
            keep(self._notes_file, notes)
        self.talk.say("go_on", done=len(notes.trials))
        return notes

    def _begin_anew(self, cabinet: list[str]) -> Notes:
        who = self.talk.ask("who")
        usual = len(self._expected) or len(self.bench.places())
        count = self._number("count", usual=usual)
        self.talk.ask("shut_all")
        notes = Notes(cabinet=cabinet, who=who, count=count, begun_at=self._moment(), shut=self._levels())
        keep(self._notes_file, notes)
        self.reached("begun")
        return notes

    def _levels(self) -> dict[str, bool]:
        return {str(place): level for place, level in self.bench.look().items() if level is not None}

    def _number(self, what: str, *, usual: int) -> int:
        while True:
            answer = self.talk.ask(what, usual=usual)
            if not answer:
                return usual
            if answer.isdecimal() and 1 <= int(answer) <= _MOST_DOORS:
                return int(answer)
            self.talk.say("no_number")

    # --- one lock after another

    def _try_everything(self, notes: Notes) -> None:
        """Where doors are expected first; elsewhere only as long as some are missing."""
        for place in sorted(self.bench.places(), key=lambda place: place not in self._expected):
            trial = notes.trial(place)
            if trial is not None and trial.doors is not None:
                continue
            if trial is None and len(notes.told_doors()) >= notes.count:
                return
            if trial is None and place.board in notes.enough and place not in self._expected:
                continue
            asked = "door"
            if trial is None:
                self._wait_for_all_shut(notes)
                trial = self._release(place, notes)
            elif trial.moved is None:
                asked = "door_after_cut"
                trial.moved = dict.fromkeys(map(str, _open_now(self.bench.look(), notes)))
            trial.doors = self._ask_doors(asked, place, notes)
            for door in trial.doors:
                self.opened(door)
            keep(self._notes_file, notes)
            self.reached("told")
            if trial.doors:
                self._wait_for_shut(trial, notes)

    def _release(self, place: Place, notes: Notes) -> Trial:
        self.talk.say("opening", place=self._name(place), at=str(place))
        trial = Trial(place=str(place), at=self._moment())
        notes.trials.append(trial)
        keep(self._notes_file, notes)
        self.reached("releasing")
        try:
            moved = self.bench.pulse(place)
        except OSError as error:  # it is certain that nothing was sent
            notes.trials.remove(trial)
            keep(self._notes_file, notes)
            self.talk.say("cannot", place=self._name(place), at=str(place), why=str(error))
            raise Stopped from error
        self.reached("released")
        trial.moved = {str(contact): after_ms for contact, after_ms in moved.items()}
        keep(self._notes_file, notes)
        self.reached("noted")
        return trial

    def _ask_doors(self, asked: str, place: Place, notes: Notes) -> list[int]:
        insisted: list[int] = []
        while True:
            words = self.talk.ask(asked, place=self._name(place), at=str(place)).replace(",", " ").split()
            if words == ["s"]:
                notes.enough.append(place.board)
                return []
            if not words or not all(word.isdecimal() and int(word) <= _MOST_DOORS for word in words):
                self.talk.say("no_number")
                continue
            doors = [int(word) for word in words if int(word)]
            known = [door for door in doors if door in notes.told_doors()]
            if not known or doors == insisted:
                return doors
            insisted = doors
            self.talk.say("told_before", door=known[0])

    def _wait_for_all_shut(self, notes: Notes) -> None:
        while standing := _open_now(self.bench.look(), notes):
            if self.talk.ask("still_open", places="; ".join(map(self._name, standing))) == "ok":
                notes.shut |= self._levels()
                keep(self._notes_file, notes)

    def _wait_for_shut(self, trial: Trial, notes: Notes) -> None:
        numbers = " ".join(map(str, trial.doors or ()))
        if not trial.contacts:
            self.talk.ask("shut_and_enter", doors=numbers)
            return
        self.talk.say("shut", doors=numbers)
        gives_up = self.bench.now() + _PATIENCE_S
        while set(trial.contacts) & set(_open_now(self.bench.look(), notes)):
            if self.bench.now() > gives_up:
                return  # asked for again before the next lock

    # --- the end

    def _report(self, findings: Sequence[Finding], notes: Notes) -> None:
        for finding in findings:
            if finding.trouble is None:
                opens = sheet.opens_after(finding, self.talk.phrase)
                self.talk.say("works", door=finding.door, place=self._name(finding.strike), opens=opens)
            else:
                self.talk.say(
                    "trouble",
                    who=self.talk.phrase("who_door", door=finding.door) if finding.door else "-",
                    what=sheet.remark(finding, self.talk.phrase),
                    place=self._name(finding.strike),
                    at=str(finding.strike),
                    trouble=finding.trouble,
                )
        if (left := notes.count - len(notes.told_doors())) > 0:
            self.talk.say("missing", doors=left)

    def _is_of_interest(self, finding: Finding, notes: Notes) -> bool:
        """A channel where nobody expected a door, and none is, is no news; nor is any, once all doors are found."""
        is_missed = finding.strike in self._expected and len(notes.told_doors()) < notes.count
        return bool(finding.door or finding.contact is not None or is_missed)

    def _write(self, findings: Sequence[Finding], notes: Notes) -> bool:
        if not any(finding.works for finding in findings):
            self.talk.say("nothing_works")
            return False
        text = profile.with_wiring(self._text, findings)
        lines = profile.difference(self._text, text, self.file.name)
        if not lines:
            self.talk.say("no_change")
            return True
        self.check(text)
        self.talk.say("difference", lines=lines)
        if self.talk.ask("write").lower() not in _YES:
            self.talk.say("not_written")
            return False
        backup = self.file.with_name(f"{self.file.name}.{self.now():%Y%m%dT%H%M%SZ}")
        replace_file(backup, self._text.encode())
        replace_file(self.file, text.encode())
        self.reached("written")
        notes.written_at = self._moment()
        keep(self._notes_file, notes)
        self.talk.say("written", file=str(self.file), backup=backup.name)
        return True

    def _print_sheet(self, findings: Sequence[Finding], notes: Notes) -> None:
        path = self.file.with_name("commission.html")
        names = {f.strike: profile.name_of(f.strike, self._text) | {"board": _board_no(f.strike)} for f in findings}
        contacts = {
            f.contact: profile.name_of(f.contact, self._text) | {"board": _board_no(f.contact)}
            for f in findings
            if f.contact is not None
        }
        page = sheet.page(
            findings, names=names | contacts, device=self.device, who=notes.who, date=self.now().date().isoformat()
        )
        replace_file(path, page.encode())
        self.talk.say("sheet", file=str(path))

    # --- small things

    @property
    def _notes_file(self) -> Path:
        return self.file.with_name(FILE)

    def _moment(self) -> str:
        return self.now().isoformat(timespec="seconds")

    def _name(self, place: Place) -> str:
        where = profile.name_of(place, self._text) | {"board": _board_no(place)}
        return self.talk.phrase("at_pins" if place.board is None else "at_board", **where)


def _board_no(place: Place) -> Any:  # noqa: ANN401 - a number, or nothing for pins
    return None if place.board is None else place.board + 1


def _shut(notes: Notes) -> Mapping[Place, bool]:
    return {Place.read(text): level for text, level in notes.shut.items()}


def _open_now(levels: Levels, notes: Notes) -> list[Place]:
    """Whose contact is not as it was with every door shut."""
    shut = _shut(notes)
    return [place for place, level in levels.items() if level is not None and shut.get(place, level) is not level]
