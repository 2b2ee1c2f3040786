"""What was typed into a form that can't be shown again."""

from flask import current_app, request

_NOT_TYPED = frozenset({"csrf_token", "do", "form_id", "kept", "next", "previewed", "resolve", "round", "version"})


def typed_texts() -> list[str]:
    """Return what was typed into a submitted form that can't be shown again, such as one about something deleted.

    Choices can't be told from words, so a form that edits nothing saved gives only texts of several words. Public pages
    give nothing: other sites can post to some of them.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = view is None or getattr(view, "public", False)
    if is_public or any("password" in name for name in request.form):
        return []
    typed = (text.strip() for name, text in request.form.items(multi=True) if name not in _NOT_TYPED)
    return [text for text in typed if not text.isdecimal() and (" " in text or ("version" in request.form and text))]
