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


PAGE, SLIDE, SHEET, SECTION = PageKind.PAGE, PageKind.SLIDE, PageKind.SHEET, PageKind.SECTION
_FORMATS = (
    Format("pdf", "PDF", "application/pdf", PAGE),
    Format("pptx", "PowerPoint presentation", OFFICE + "presentationml.presentation", SLIDE),
    Format("docx", "Word document", OFFICE + "wordprocessingml.document", SECTION),
    Format("ppsx", "PowerPoint show", OFFICE + "presentationml.slideshow", SLIDE),
    Format("potx", "PowerPoint template", OFFICE + "presentationml.template", SLIDE),
    Format("pptm", "PowerPoint presentation", MICROSOFT + "powerpoint.presentation.macroEnabled.12", SLIDE),
    Format("ppsm", "PowerPoint show", MICROSOFT + "powerpoint.slideshow.macroEnabled.12", SLIDE),
    Format("docm", "Word document", MICROSOFT + "word.document.macroEnabled.12", SECTION),
    Format("dotx", "Word template", OFFICE + "wordprocessingml.template", SECTION),
    Format("xlsx", "Excel workbook", OFFICE + "spreadsheetml.sheet", SHEET),
    Format("xlsm", "Excel workbook with macros", EXCEL + "sheet.macroEnabled.12", SHEET),
    Format("xltx", "Excel template", OFFICE + "spreadsheetml.template", SHEET),
    Format("xltm", "Excel template with macros", EXCEL + "template.macroEnabled.12", SHEET),
    Format("odp", "OpenDocument presentation", OPEN_DOCUMENT + "presentation", SLIDE),
    Format("odt", "OpenDocument text", OPEN_DOCUMENT + "text", SECTION),
    Format("ods", "OpenDocument spreadsheet", OPEN_DOCUMENT + "spreadsheet", SHEET),
    Format("rtf", "RTF document", "application/rtf", SECTION),
    Format("epub", "book (EPUB)", "application/epub+zip", SECTION),
    Format("txt", "text file", "text/plain", SECTION),
    Format("md", "Markdown text", "text/markdown", SECTION),
    Format("html", "web page", "text/html", SECTION),
    Format("htm", "web page", "text/html", SECTION),
    Format("eml", "email message", "message/rfc822", SECTION),
    Format("msg", "message from Outlook", "application/vnd.ms-outlook", SECTION),
    Format("csv", "table (CSV)", "text/csv", SHEET),
    Format("vtt", "captions file (WebVTT)", "text/vtt", PageKind.MOMENT),
    Format("srt", "captions file (SRT)", "application/x-subrip", PageKind.MOMENT),
    Format("mp3", "recording (MP3)", "audio/mpeg", PageKind.MOMENT, readable=False),
    Format("m4a", "recording (M4A)", "audio/mp4", PageKind.MOMENT, readable=False),
    Format("wav", "recording (WAV)", "audio/wav", PageKind.MOMENT, readable=False),
    Format("mp4", "recording (MP4)", "video/mp4", PageKind.MOMENT, readable=False),
    Format("webm", "recording (WebM)", "video/webm", PageKind.MOMENT, readable=False),
    Format("ppt", "old PowerPoint presentation", "application/vnd.ms-powerpoint", SLIDE, True, "pptx"),
    Format("pps", "old PowerPoint show", "application/vnd.ms-powerpoint", SLIDE, True, "pptx"),
    Format("doc", "old Word document", "application/msword", SECTION, True, "docx"),
    Format("xls", "old Excel workbook", "application/vnd.ms-excel", SHEET, True, "xlsx"),
    Format("xlsb", "binary Excel workbook", EXCEL + "sheet.binary.macroEnabled.12", SHEET, True, "xlsx"),
    Format("png", "picture (PNG)", "image/png", PAGE),
    Format("jpg", "picture (JPEG)", "image/jpeg", PAGE),
    Format("jpeg", "picture (JPEG)", "image/jpeg", PAGE),
    Format("tif", "picture (TIFF)", "image/tiff", PAGE),
    Format("tiff", "picture (TIFF)", "image/tiff", PAGE),
    Format("heic", "picture (HEIC)", "image/heic", PAGE),
    Format("heif", "picture (HEIC)", "image/heif", PAGE),
    Format("webp", "picture (WebP)", "image/webp", PAGE),
)


# Files that are pictures themselves, such as a scan or a photo.
PICTURE_FILES = frozenset({"png", "jpg", "jpeg", "tif", "tiff", "heic", "heif", "webp"})
FORMATS: dict[str, Format] = {entry.extension: entry for entry in _FORMATS}


def format_of(file_name: str) -> Format | None:
    """Return the format for the name's extension, in either case; None when the hub doesn't accept it."""
    return FORMATS.get(PurePath(file_name).suffix.removeprefix(".").lower())


def recording_format(file_name: str | None) -> Format | None:
    """Return the format of a recording by its name; None for other files, and without a file."""
    file_format = format_of(file_name or "")
    return file_format if file_format is not None and file_format.is_recording else None
