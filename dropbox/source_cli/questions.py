# SPDX-License-Identifier: AGPL-3.0-or-later
"""The questions of a report in the pages' words and order: answered at the terminal, or by options."""

from collections.abc import Callable, Iterable, Mapping

import click

from dropbox.forces import find_force
from dropbox.protocol.body import WOULD_IDENTIFY, Answer
from dropbox.questions import PAGES, QUESTIONS, SHORT, Question, find_question

from . import terminal
from .service import Stop

WITHHELD = "0"
_ABOUT_THEM = ("subject-role", "subject-serving", "subject-identity")
_OTHERS = (*_ABOUT_THEM, "keep-from", "keep-from-whom")
Answers = dict[str, Answer]


def answer_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that answer a question without its being asked."""
    ids = ", ".join(question.id for page in PAGES for question in QUESTIONS if question.page == page)
    for option in (
        click.option(
            "--would-identify",
            "withheld",
            multiple=True,
            metavar="ID",
            help="To answer that would identify me. Repeat.",
        ),
        click.option(
            "--answer",
            "answered",
            multiple=True,
            metavar="ID=ANSWER",
            help=f"An answer to one of: {ids}. An option's id, several with commas, or own words; a shell keeps "
            "them in its history. Repeat.",
        ),
    ):
        command = option(command)
    return command


def given_answers(answered: Iterable[str], withheld: Iterable[str]) -> Answers:
    """What the options say. Raises Stop on one that fits no question."""
    found: Answers = {}
    for one in answered:
        name, _, said = one.partition("=")
        question = _question(name)
        found[name] = _answer(question, said.strip())
    for name in withheld:
        if not _question(name).withheld:
            raise Stop(f"{name} cannot be answered with --would-identify: leave it out.")
        found[name] = WOULD_IDENTIFY
    return found


def _question(name: str) -> Question:
    question = find_question(name)
    if question is None or not question.page:
        raise Stop(f"{name} is no question; `report --help` lists them.")
    return question


def _answer(question: Question, said: str) -> Answer:
    """Raises Stop."""
    if not said:
        raise Stop(f"The answer to {question.id} is empty: leave it out.")
    if question.forces:
        return _forces(question, said)
    if not question.options:
        return said
    chosen = {one.strip() for one in said.split(",")}
    known = [option.id for option in question.options]
    if not chosen <= set(known):
        raise Stop(f"{question.id} is answered by: {', '.join(known)}.")
    return _together(question, chosen)


def _forces(question: Question, said: str) -> Answer:
    forces = [find_force(one.strip()) for one in said.split(",")]
    slugs = {force.slug for force in forces if force and force.enabled}
    if len(slugs) != len(forces) or len(slugs) > question.forces:
        raise Stop(f"{question.id} names at most {question.forces} police forces of the list, each once.")
    return tuple(sorted(slugs))


def _together(question: Question, chosen: set[str]) -> tuple[str, ...]:
    """Raises Stop where they do not go together."""
    alone = any(option.alone for option in question.options if option.id in chosen)
    if len(chosen) > 1 and (alone or not question.several):
        raise Stop(f"These answers to {question.id} do not go together.")
    return tuple(sorted(chosen))


def ask_questions(answers: Answers) -> Answers:
    """All of them but those that are answered already: who it is about, who must not see it, whether anyone is at risk,
    and the other short ones when the person agrees."""
    terminal.say("You can skip whatever you are asked now.")
    found = dict(answers)
    for name in _OTHERS:
        question = _question(name)
        passed = name in _ABOUT_THEM and _ABOUT_THEM[0] not in found and name != _ABOUT_THEM[0]
        if not passed and _is_asked(question, found):
            _ask(question, found)
    _ask(SHORT[0], found, 1)
    if click.confirm(f"{len(SHORT) - 1} more short questions help the unit. Answer them?", default=False, err=True):
        for number, question in enumerate(SHORT[1:], 2):
            _ask(question, found, number)
    return found


def _is_asked(question: Question, answers: Mapping[str, Answer]) -> bool:
    if not question.after:
        return True
    name, *options = question.after
    return bool(set(answers.get(name) or ()) & set(options))


def _ask(question: Question, found: Answers, number: int = 0) -> None:
    """Ask until it is answered or skipped."""
    if question.id in found:
        return
    terminal.say("")
    terminal.say(f"Question {number} of {len(SHORT)}: {question.asks}" if number else question.asks)
    if question.hint:
        terminal.say(question.hint)
    for at, option in enumerate(question.options, 1):
        terminal.say(f"  {at}  {option.says}")
    while True:
        said = click.prompt(_prompt(question), default="", show_default=False, err=True).strip()
        if not said:
            return
        try:
            found[question.id] = _typed(question, said)
        except Stop as wrong:
            terminal.say(wrong.say)
        else:
            return


def _prompt(question: Question) -> str:
    what = ("Numbers, with commas" if question.several else "A number") if question.options else "Your answer"
    withheld = f", {WITHHELD} if answering would identify you" if question.withheld else ""
    return f"{what}{withheld}, or Enter to skip"


def _typed(question: Question, said: str) -> Answer:
    """Raises Stop."""
    if said == WITHHELD and question.withheld:
        return WOULD_IDENTIFY
    if not question.options:
        return said
    names = {str(at): option.id for at, option in enumerate(question.options, 1)}
    chosen = said.replace(",", " ").split()
    if not set(chosen) <= set(names):
        raise Stop(f"Type numbers from 1 to {len(names)}.")
    return _together(question, {names[one] for one in chosen})
