"""Add the glossary and its first entries."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_24_glossary"
down_revision = "2026_11_24_remembered_mail"
branch_labels = None
depends_on = None

# The first entries, which the coordinator can edit: short name, meaning, other and former names, and whether the
# short name is an ordinary word too.
ENTRIES = (
    (
        "AMCC",
        "American Manufacturing Community Collaborative",
        "American Manufacturing Communities Collaborative",
        False,
    ),
    ("BFF", "best friend forever", "", False),
    ("IMCP", "Investing in Manufacturing Communities Partnership", "", False),
    ("DMCSP", "Defense Manufacturing Community Support Program", "", False),
    ("DMC", "Defense Manufacturing Community", "", False),
    ("BBBRC", "Build Back Better Regional Challenge", "BBB", False),
    ("CEDS", "Comprehensive Economic Development Strategy", "", False),
    ("SWOT", "strengths, weaknesses, opportunities, threats", "", False),
    ("DEI", "diversity, equity and inclusion", "", False),
    ("EDD", "Economic Development District", "", False),
    ("EDO", "economic development organization", "", False),
    ("COG", "council of governments", "", True),
    ("BRE", "business retention and expansion", "", False),
    ("FDI", "foreign direct investment", "", False),
    ("NOFO", "notice of funding opportunity", "", False),
    ("FOA", "funding opportunity announcement", "", False),
    ("RFI", "request for information", "", False),
    ("RFP", "request for proposals", "", False),
    ("NDAA", "National Defense Authorization Act", "", False),
    ("ARPA", "American Rescue Plan Act", "", False),
    ("IIJA", "Infrastructure Investment and Jobs Act", "", False),
    ("BIL", "Bipartisan Infrastructure Law", "", True),
    ("IRA", "Inflation Reduction Act", "", True),
    ("CHIPS", "Creating Helpful Incentives to Produce Semiconductors", "", True),
    ("DOC", "Department of Commerce", "", True),
    ("EDA", "Economic Development Administration", "", False),
    ("NIST", "National Institute of Standards and Technology", "", False),
    ("MEP", "Manufacturing Extension Partnership", "", False),
    ("ITA", "International Trade Administration", "", False),
    ("MBDA", "Minority Business Development Agency", "", False),
    ("GJC", "Good Jobs Challenge", "", False),
    ("DoD", "Department of Defense", "DoW\nDepartment of War", False),
    ("OLDCC", "Office of Local Defense Community Cooperation", "OEA\nOffice of Economic Adjustment", False),
    ("DIB", "defense industrial base", "", True),
    ("DPA", "Defense Production Act", "", False),
    ("MII", "Manufacturing Innovation Institute", "", False),
    ("ARM", "Advanced Robotics for Manufacturing", "", True),
    ("LIFT", "Lightweight Innovations for Tomorrow", "", True),
    ("RAPID", "Rapid Advancement in Process Intensification Deployment", "", True),
    ("CMMC", "Cybersecurity Maturity Model Certification", "", False),
    ("CUI", "controlled unclassified information", "", False),
    ("DFARS", "Defense Federal Acquisition Regulation Supplement", "", False),
    ("APEX", "APEX Accelerators", "PTAC\nProcurement Technical Assistance Center", True),
    ("DOE", "Department of Energy", "", False),
    ("AMMTO", "Advanced Materials and Manufacturing Technologies Office", "", False),
    ("IAC", "Industrial Assessment Center", "", False),
    ("EPA", "Environmental Protection Agency", "", False),
    ("P2", "pollution prevention", "", False),
    ("GHG", "greenhouse gas", "", False),
    ("PFAS", "per- and polyfluoroalkyl substances", "", False),
    ("DOL", "Department of Labor", "", False),
    ("WIOA", "Workforce Innovation and Opportunity Act", "", False),
    ("WDB", "workforce development board", "", False),
    ("RAP", "registered apprenticeship program", "", True),
    ("CTE", "career and technical education", "", False),
    ("OJT", "on-the-job training", "", False),
    ("HBCU", "Historically Black College or University", "", False),
    ("SBA", "Small Business Administration", "", False),
    ("SBDC", "Small Business Development Center", "", False),
    ("SBIR", "Small Business Innovation Research", "", False),
    ("STTR", "Small Business Technology Transfer", "", False),
    ("SSBCI", "State Small Business Credit Initiative", "", False),
    ("CDFI", "community development financial institution", "", False),
    ("NMTC", "New Markets Tax Credit", "", False),
    ("EXIM", "Export-Import Bank", "", False),
    ("NSF", "National Science Foundation", "", False),
    ("ARC", "Appalachian Regional Commission", "", True),
    ("CDBG", "Community Development Block Grant", "", False),
    ("OSTP", "Office of Science and Technology Policy", "", False),
    ("SMM", "small and medium-sized manufacturer", "", False),
    ("OEM", "original equipment manufacturer", "", False),
    ("AM", "additive manufacturing", "", True),
    ("IIoT", "industrial internet of things", "", False),
    ("TRL", "technology readiness level", "", False),
    ("MRL", "manufacturing readiness level", "", False),
)


def upgrade() -> None:
    table = op.create_table(
        "glossary_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("others", sa.Text(), nullable=False),
        sa.Column("is_word", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_glossary_entry_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glossary_entry")),
        sa.UniqueConstraint("name", name=op.f("uq_glossary_entry_name")),
    )
    names = ("name", "meaning", "others", "is_word")
    came = {"changed_at": datetime(2026, 11, 24, tzinfo=UTC), "version": 1}
    op.bulk_insert(table, [dict(zip(names, entry, strict=True)) | came for entry in ENTRIES])


def downgrade() -> None:
    op.drop_table("glossary_entry")
