"""The file types that the hub accepts, by extension."""

from dataclasses import dataclass
from pathlib import PurePath

from hub.library.rules import PageKind

OFFICE = "application/vnd.openxmlformats-officedocument."
EXCEL = "application/vnd.ms-excel."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
MICROSOFT = "application/vnd.ms-"

# Workbooks that the hub reads itself; their formulas can lack results.
WORKBOOKS = ("xlsx", "xlsm", "xltx", "xltm")


@dataclass(frozen=True)
class Format:
    """A file type: its name on screens, its media type, and the kind of its pages.

    `converted_to` is the extension that LibreOffice must first convert it to; None when the hub reads it directly.
    `readable` is False for files that are only stored.
    """

    extension: str
    label: str
    media_type: str
    page_kind: PageKind
    readable: bool = True
    converted_to: str | None = None

    @property
    def is_recording(self) -> bool:
        """True for sound and video, which browsers play."""
        return self.media_type.startswith(("audio/", "video/"))

    @property
    def is_video(self) -> bool:
        """True for video."""
        return self.media_type.startswith("video/")

    @property
    def a_label(self) -> str:
        """The label with its article: "an email message"."""
        return f"{'an' if self.label[0] in 'AEIOaeio' else 'a'} {self.label}"


def _formats() -> tuple[Format, ...]:
    page, slide, sheet, section = PageKind.PAGE, PageKind.SLIDE, PageKind.SHEET, PageKind.SECTION
    return (
        Format("pdf", "PDF", "application/pdf", page),
        Format("pptx", "PowerPoint presentation", OFFICE + "presentationml.presentation", slide),
        Format("docx", "Word document", OFFICE + "wordprocessingml.document", section),
        Format("ppsx", "PowerPoint show", OFFICE + "presentationml.slideshow", slide),
        Format("potx", "PowerPoint template", OFFICE + "presentationml.template", slide),
        Format("pptm", "PowerPoint presentation", MICROSOFT + "powerpoint.presentation.macroEnabled.12", slide),
        Format("ppsm", "PowerPoint show", MICROSOFT + "powerpoint.slideshow.macroEnabled.12", slide),
        Format("docm", "Word document", MICROSOFT + "word.document.macroEnabled.12", section),
        Format("dotx", "Word template", OFFICE + "wordprocessingml.template", section),
        Format("xlsx", "Excel workbook", OFFICE + "spreadsheetml.sheet", sheet),
        Format("xlsm", "Excel workbook with macros", EXCEL + "sheet.macroEnabled.12", sheet),
        Format("xltx", "Excel template", OFFICE + "spreadsheetml.template", sheet),
        Format("xltm", "Excel template with macros", EXCEL + "template.macroEnabled.12", sheet),
        Format("odp", "OpenDocument presentation", OPEN_DOCUMENT + "presentation", slide),
        Format("odt", "OpenDocument text", OPEN_DOCUMENT + "text", section),
        Format("ods", "OpenDocument spreadsheet", OPEN_DOCUMENT + "spreadsheet", sheet),
        Format("rtf", "RTF document", "application/rtf", section),
        Format("epub", "book (EPUB)", "application/epub+zip", section),
        Format("txt", "text file", "text/plain", section),
        Format("md", "Markdown text", "text/markdown", section),
        Format("html", "web page", "text/html", section),
        Format("htm", "web page", "text/html", section),
        Format("eml", "email message", "message/rfc822", section),
        Format("msg", "message from Outlook", "application/vnd.ms-outlook", section),
        Format("csv", "table (CSV)", "text/csv", sheet),
        Format("vtt", "captions file (WebVTT)", "text/vtt", PageKind.MOMENT),
        Format("srt", "captions file (SRT)", "application/x-subrip", PageKind.MOMENT),
        Format("mp3", "recording (MP3)", "audio/mpeg", PageKind.MOMENT, readable=False),
        Format("m4a", "recording (M4A)", "audio/mp4", PageKind.MOMENT, readable=False),
        Format("wav", "recording (WAV)", "audio/wav", PageKind.MOMENT, readable=False),
        Format("mp4", "recording (MP4)", "video/mp4", PageKind.MOMENT, readable=False),
        Format("webm", "recording (WebM)", "video/webm", PageKind.MOMENT, readable=False),
        Format("ppt", "old PowerPoint presentation", "application/vnd.ms-powerpoint", slide, True, "pptx"),
        Format("pps", "old PowerPoint show", "application/vnd.ms-powerpoint", slide, True, "pptx"),
        Format("doc", "old Word document", "application/msword", section, True, "docx"),
        Format("xls", "old Excel workbook", "application/vnd.ms-excel", sheet, True, "xlsx"),
        Format("xlsb", "binary Excel workbook", EXCEL + "sheet.binary.macroEnabled.12", sheet, True, "xlsx"),
        Format("png", "picture (PNG)", "image/png", page),
        Format("jpg", "picture (JPEG)", "image/jpeg", page),
        Format("jpeg", "picture (JPEG)", "image/jpeg", page),
        Format("tif", "picture (TIFF)", "image/tiff", page),
        Format("tiff", "picture (TIFF)", "image/tiff", page),
        Format("heic", "picture (HEIC)", "image/heic", page),
        Format("heif", "picture (HEIC)", "image/heif", page),
        Format("webp", "picture (WebP)", "image/webp", page),
    )


# Files that are pictures themselves, such as a scan or a photo.
PICTURE_FILES = frozenset({"png", "jpg", "jpeg", "tif", "tiff", "heic", "heif", "webp"})
FORMATS: dict[str, Format] = {entry.extension: entry for entry in _formats()}


def format_of(file_name: str) -> Format | None:
    """Return the format for the name's extension, in either case; None when the hub doesn't accept it."""
    return FORMATS.get(PurePath(file_name).suffix.removeprefix(".").lower())


def recording_format(file_name: str | None) -> Format | None:
    """Return the format of a recording by its name; None for other files, and without a file."""
    file_format = format_of(file_name or "")
    return file_format if file_format is not None and file_format.is_recording else None
