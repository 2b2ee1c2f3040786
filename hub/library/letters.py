"""Letters about files, to the people who added them and to the coordinators. Pure."""

from hub.mail.letters import Button, Letter, Link, Links, Paragraph, greeting

TO_UPLOADER = "You get this because you added this file to the hub."
TO_UPLOADERS = "You get this because you added these files to the hub."
TO_COORDINATOR = "You get this because you are a coordinator of the hub."


def infected(name: str, file_name: str, where: str, signature: str, address: str, *, is_uploader: bool) -> Letter:
    """Return the letter to ``name`` on an infected file, which belongs to ``where``, such as a resource's title."""
    finding = (
        f"The virus scanner found {signature} in the file “{file_name}” ({where}). The hub keeps it apart: no one can open "
        "or download it."
    )
    advice = (
        "Scan your computer before you open the file again, and add a clean copy as a new revision."
        if is_uploader
        else "The person who added it gets this too. If colleagues downloaded it before, tell them; the page’s Reach says who."
    )
    return Letter(
        f"Virus found: {file_name}",
        (greeting(name), Paragraph(finding), Paragraph(advice), Button("See the page", address)),
        TO_UPLOADER if is_uploader else TO_COORDINATOR,
    )


def unread(name: str, files: tuple[Link, ...], address: str) -> Letter:
    """Return the letter to ``name``, who added ``files``, each with a note on what of it couldn't be read."""
    which = files[0].label if len(files) == 1 else f"{len(files)} of your files"
    sentence = "The hub couldn’t read all of what you added. Search doesn’t find the parts that are listed here."
    return Letter(
        f"Not fully searchable: {which}",
        (greeting(name), Paragraph(sentence), Links(files), Button("See all files that need attention", address)),
        TO_UPLOADER if len(files) == 1 else TO_UPLOADERS,
    )
