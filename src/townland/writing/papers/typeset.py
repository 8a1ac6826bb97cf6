"""typst with one font and no other: a template and its data become a PDF or a picture."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Final

from townland.errors import ReportError
from townland.i18n import _
from townland.rules.judging.trace import Json
from townland.writing.papers.fonts import Font

STANDARD: Final = "a-2b"
SIMPLIFIED = (" SC", " CN", "SimSun", "YaHei")
"""By these a family of a collection is known to be for simplified Chinese."""
DOTS_PER_INCH = 200.0


class Typesetter:
    """Sets templates in one font; what typst warns of is an error."""

    def __init__(self, chosen: Font, folder: Path) -> None:
        """Lay the font alone into a folder.

        Parameters
        ----------
        chosen, folder
            The font, and an empty folder that stays while templates are set.

        Raises
        ------
        ReportError
            typst is not installed, or the file holds no font.
        """
        try:
            import typst
        except ImportError as problem:
            raise ReportError(
                _("the PDF needs the package {package}; install townland[documents], or leave {format}"
                  " out of --formats", package="typst", format="pdf, docx")
            ) from problem  # fmt: skip
        target = folder / chosen.path.name
        try:
            target.symlink_to(chosen.path.resolve())
        except OSError:  # Windows allows links to few
            shutil.copyfile(chosen.path, target)
        self._fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
        )
        families = self._fonts.families()
        if not families:
            raise ReportError(
                _("{path}: is no font that can be read ({reason}); name one (.otf, .ttf, .ttc) with"
                  " --font", path=chosen.path.as_posix(), reason="typst")
            )  # fmt: skip
        simplified = [name for name in families if any(part in name for part in SIMPLIFIED)]
        self.family = (simplified or families)[0]

    def pdf(self, template: bytes, data: str, *, on: dt.date) -> bytes:
        """Set a PDF/A-2b.

        Parameters
        ----------
        template, data
            What is set, and the JSON that it reads.
        on
            The day of the file.

        Raises
        ------
        ReportError
            typst refuses it, or warns.
        """
        import typst

        midnight = dt.datetime.combine(on, dt.time(), dt.UTC)
        try:
            made, warnings = typst.compile_with_warnings(
                template, format="pdf", font_paths=self._fonts, pdf_standards=[STANDARD],
                timestamp=midnight, sys_inputs={"data": data},
            )  # fmt: skip
        except typst.TypstError as problem:
            raise _refused(problem.message) from problem
        if warnings:
            raise _refused("; ".join(warning.message for warning in warnings))
        return made

    def listed(self, template: bytes, data: str, label: str) -> list[dict[str, Json]]:
        """Ask a template for the list that it gives under a label when `listed` is among its inputs.

        Parameters
        ----------
        template, data
            As `pdf`.
        label
            The label of the one metadata that is the list.

        Raises
        ------
        ReportError
            typst refuses it.
        """
        import typst

        try:
            asked = typst.query(
                template, f"<{label}>", field="value", one=True, font_paths=self._fonts,
                sys_inputs={"data": data, "listed": label},
            )  # fmt: skip
        except typst.TypstError as problem:
            raise _refused(problem.message) from problem
        given: list[dict[str, Json]] = json.loads(asked)
        return given

    def png(self, template: bytes, data: str) -> bytes:
        """Set a picture of one page.

        Parameters
        ----------
        template, data
            As `pdf`.

        Raises
        ------
        ReportError
            As `pdf`.
        """
        import typst

        try:
            made, warnings = typst.compile_with_warnings(
                template, format="png", ppi=DOTS_PER_INCH, font_paths=self._fonts,
                sys_inputs={"data": data},
            )  # fmt: skip
        except typst.TypstError as problem:
            raise _refused(problem.message) from problem
        if warnings:
            raise _refused("; ".join(warning.message for warning in warnings))
        return made


def _refused(reason: str) -> ReportError:
    return ReportError(_("the PDF could not be set ({reason}); please report this", reason=reason))
