"""The folders of the brokers and of PostgreSQL belong together, because journal and store do."""

import pathlib
import secrets
import shutil

from children import say

MARK = "belongs-together"  # a file in each folder, with the same text


def _mark(folder):
    try:
        return (folder / MARK).read_text()
    except FileNotFoundError:
        return None


def _fresh():
    return "To start with empty data: scripts/run-distributed --fresh, or make run-distributed ARGS=--fresh"


def tie(folders):
    """Marks new folders; refuses if one is missing or belongs to another cluster."""
    marks = {folder: _mark(folder) for folder in folders}
    if len(set(marks.values())) > 1:
        missing = [str(folder) for folder, mark in marks.items() if mark is None]
        what = f"{', '.join(missing)} is new" if missing else "they are of different clusters"
        raise RuntimeError(f"the data in {' and '.join(map(str, folders))} belong together, and {what}. {_fresh()}")
    if None in marks.values():
        text = secrets.token_hex(8) + "\n"
        for folder in folders:
            (folder / MARK).write_text(text)


def remove(folders):
    """Removes the folders of a cluster, and no others."""
    for folder in folders:
        if not folder.exists() or not any(folder.iterdir()):
            continue
        if _mark(folder) is None:
            raise RuntimeError(f"{folder} has no file {MARK}, so it may not be a cluster's folder, and is not removed. "
                               "Check it, and remove it by hand")
    for folder in folders:
        if folder.exists():
            say("removing", folder)
            shutil.rmtree(folder)


def folders_of(folder, postgres_folder):
    """Each folder once, the outer one first."""
    folder, postgres_folder = pathlib.Path(folder).resolve(), pathlib.Path(postgres_folder).resolve()
    return [folder] if postgres_folder == folder else [folder, postgres_folder]
