"""What a log line says of a request."""

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class PathOnlyMiddleware(RequestMiddleware):
    """Logs method and path; a query may hold what somebody searched for."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"
