"""Add the glossary's second part: names of programs, agencies and terms that manufacturing communities use.

A name that the glossary has, or had until a coordinator removed or renamed it, is left alone.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_28_glossary"
down_revision = "2026_11_27_retries"
branch_labels = None
depends_on = None

# One entry a line: short name, meaning, other and former names. An asterisk: the short name is an ordinary word too,
# and means the entry only in capitals. If a short name has two meanings, the second entry begins with the meaning.
ENTRIES = """
# Cybersecurity and federal contracts
FCI | federal contract information
SPRS | Supplier Performance Risk System
POA&M | plan of action and milestones
C3PAO | CMMC third-party assessment organization | CMMC third-party assessor organization
DIBCAC | Defense Industrial Base Cybersecurity Assessment Center
SSP | system security plan
Cyber AB | Cybersecurity Maturity Model Certification Accreditation Body | CMMC-AB
SP 800-171 | Protecting Controlled Unclassified Information in Nonfederal Systems and Organizations \
| NIST SP 800-171; NIST 800-171; 800-171
CISA | Cybersecurity and Infrastructure Security Agency
MFA | multifactor authentication | multi-factor authentication
OT | operational technology
overtime | OT
*IT | information technology
ICS | industrial control system
SCADA | supervisory control and data acquisition
*CAGE | Commercial and Government Entity
UEI | unique entity identifier | unique entity ID
DUNS | Data Universal Numbering System
*SAM | System for Award Management | SAM.gov
*FAR | Federal Acquisition Regulation
*EAR | Export Administration Regulations
ITAR | International Traffic in Arms Regulations
DPAS | Defense Priorities and Allocations System
IBAS | Industrial Base Analysis and Sustainment
ManTech | Manufacturing Technology Program
GSA | General Services Administration
DLA | Defense Logistics Agency
DCMA | Defense Contract Management Agency
DARPA | Defense Advanced Research Projects Agency
AFRL | Air Force Research Laboratory
ONR | Office of Naval Research
DIU | Defense Innovation Unit
NDIS | National Defense Industrial Strategy
OSC | Office of Strategic Capital
OTA | other transaction authority | other transaction agreement
CRADA | cooperative research and development agreement
CPARS | Contractor Performance Assessment Reporting System
PIEE | Procurement Integrated Enterprise Environment
IDIQ | indefinite delivery, indefinite quantity
NSN | national stock number
COTS | commercial off-the-shelf
BAA | broad agency announcement
Buy American Act | BAA
BABA | Build America, Buy America Act | Build America, Buy America
HUBZone | historically underutilized business zone
SDVOSB | service-disabled veteran-owned small business
WOSB | women-owned small business
SDB | small disadvantaged business
DBE | disadvantaged business enterprise
MBE | minority business enterprise | minority-owned business enterprise
WBE | women's business enterprise | women-owned business enterprise
RFQ | request for quotation | request for quotations; request for quote
*SOW | statement of work
MOU | memorandum of understanding
MOA | memorandum of agreement
NDA | nondisclosure agreement | non-disclosure agreement
LOI | letter of intent | letter of interest
OMB | Office of Management and Budget
GAO | Government Accountability Office
DHS | Department of Homeland Security
NASA | National Aeronautics and Space Administration
NAICS | North American Industry Classification System
*SIC | Standard Industrial Classification
BRAC | Base Realignment and Closure
DCIP | Defense Community Infrastructure Program | Defense Community Infrastructure Pilot
UAS | unmanned aircraft system | uncrewed aircraft system
# Economic development
PWEAA | Public Works and Economic Adjustment Assistance
EAA | Economic Adjustment Assistance
PWEDA | Public Works and Economic Development Act
RLF | revolving loan fund
ACC | Assistance to Coal Communities
RECO | Regional Economic Competitiveness Officer
*RIO | Regional Innovation Officer
B2S | Build to Scale | Regional Innovation Strategies
Tech Hubs | Regional Technology and Innovation Hubs
Recompete | Distressed Area Recompete Pilot Program
ERC | Engineering Research Center
Economic Recovery Corps | ERC
IEDC | International Economic Development Council
NADO | National Association of Development Organizations
CREC | Center for Regional Economic Competitiveness
SSTI | State Science & Technology Institute
NACo | National Association of Counties
NARC | National Association of Regional Councils
MPO | metropolitan planning organization
RPO | regional planning organization
MSA | metropolitan statistical area
CBSA | core-based statistical area
LEHD | Longitudinal Employer-Household Dynamics
QCEW | Quarterly Census of Employment and Wages
OEWS | Occupational Employment and Wage Statistics
*JOLTS | Job Openings and Labor Turnover Survey
BLS | Bureau of Labor Statistics
*BEA | Bureau of Economic Analysis
ACS | American Community Survey
SOC | Standard Occupational Classification
security operations center | SOC
LQ | location quotient
CIP | Classification of Instructional Programs
capital improvement plan | CIP
GIS | geographic information system
# Workforce and training
*ETA | Employment and Training Administration
ETPL | eligible training provider list
individual training account | ITA
IWT | incumbent worker training
RTI | related technical instruction | related training and instruction
AJC | American Job Center | one-stop career center
WIB | workforce investment board | workforce development board
LWDB | local workforce development board
WIA | Workforce Investment Act
WOTC | Work Opportunity Tax Credit
TANF | Temporary Assistance for Needy Families
*SNAP | Supplemental Nutrition Assistance Program
SNAP E&T | Supplemental Nutrition Assistance Program Employment and Training
Perkins V | Strengthening Career and Technical Education for the 21st Century Act \
| Carl D. Perkins Career and Technical Education Act
TAACCCT | Trade Adjustment Assistance Community College and Career Training
SCCTG | Strengthening Community Colleges Training Grants
AAI | American Apprenticeship Initiative
SAEF | State Apprenticeship Expansion Formula
IRAP | industry-recognized apprenticeship program
RESEA | Reemployment Services and Eligibility Assessment
*WARN | Worker Adjustment and Retraining Notification
DWG | dislocated worker grant
WBL | work-based learning
LMI | labor market information
NCRC | National Career Readiness Certificate
ESL | English as a second language
*ABE | adult basic education
GED | General Educational Development
*STEM | science, technology, engineering and mathematics | science, technology, engineering and math
MSI | minority-serving institution
HSI | Hispanic-serving institution
TCU | tribal college or university | tribal colleges and universities
*ATE | Advanced Technological Education
NIMS | National Institute for Metalworking Skills
MSSC | Manufacturing Skill Standards Council
*FAME | Federation for Advanced Manufacturing Education
AWS | American Welding Society
Amazon Web Services | AWS
CDL | commercial driver's license
FMLA | Family and Medical Leave Act
*ADA | Americans with Disabilities Act
EEO | equal employment opportunity
FLSA | Fair Labor Standards Act
CCDF | Child Care and Development Fund
KSA | knowledge, skills and abilities
O*NET | Occupational Information Network | ONET
# Research and innovation
NNMI | National Network for Manufacturing Innovation | Manufacturing USA
America Makes | National Additive Manufacturing Innovation Institute | NAMII
MxD | Manufacturing times Digital | DMDII; Digital Manufacturing and Design Innovation Institute
IACMI | Institute for Advanced Composites Manufacturing Innovation
AFFOA | Advanced Functional Fabrics of America
ARMI | Advanced Regenerative Manufacturing Institute | BioFabUSA
BioMADE | Bioindustrial Manufacturing and Design Ecosystem
AIM Photonics | American Institute for Manufacturing Integrated Photonics
PowerAmerica | Next Generation Power Electronics Manufacturing Innovation Institute
*REMADE | Reducing EMbodied-energy And Decreasing Emissions
CESMII | Clean Energy Smart Manufacturing Innovation Institute
CyManII | Cybersecurity Manufacturing Innovation Institute
NIIMBL | National Institute for Innovation in Manufacturing Biopharmaceuticals
NSF Engines | Regional Innovation Engines
EPSCoR | Established Program to Stimulate Competitive Research
I-Corps | Innovation Corps
IUCRC | Industry-University Cooperative Research Center
FFRDC | federally funded research and development center
ARPA-E | Advanced Research Projects Agency-Energy
NIH | National Institutes of Health
USPTO | Patent and Trademark Office
TTO | technology transfer office
NSTC | National Semiconductor Technology Center
NAPMP | National Advanced Packaging Manufacturing Program
R&D | research and development
AI | artificial intelligence
*ML | machine learning
IP | intellectual property
internet protocol | IP
# Energy and environment
EERE | Office of Energy Efficiency and Renewable Energy
IEDO | Industrial Efficiency and Decarbonization Office
AMO | Advanced Manufacturing Office
MESC | Office of Manufacturing and Energy Supply Chains
LPO | Loan Programs Office
OCED | Office of Clean Energy Demonstrations
SCEP | Office of State and Community Energy Programs
ITAC | Industrial Training and Assessment Center
*SEP | Superior Energy Performance
supplemental environmental project | SEP
EnMS | energy management system
EECBG | Energy Efficiency and Conservation Block Grant
48C | Qualifying Advanced Energy Project Credit | Advanced Energy Project Credit
45X | Advanced Manufacturing Production Credit
48D | Advanced Manufacturing Investment Credit
179D | Energy Efficient Commercial Buildings Deduction
ITC | investment tax credit
International Trade Commission | ITC | USITC
PPA | power purchase agreement
CHP | combined heat and power
VFD | variable-frequency drive | variable frequency drive
HVAC | heating, ventilation and air conditioning
RNG | renewable natural gas
EV | electric vehicle
DER | distributed energy resources
PV | photovoltaic
CCUS | carbon capture, utilization and storage
GGRF | Greenhouse Gas Reduction Fund
CPRG | Climate Pollution Reduction Grants
DERA | Diesel Emissions Reduction Act
E3 | Economy, Energy and Environment
ESG | environmental, social and governance
LCA | life cycle assessment | life-cycle assessment
EPD | environmental product declaration
EMS | environmental management system
emergency medical services | EMS
TRI | Toxics Release Inventory
RCRA | Resource Conservation and Recovery Act
NPDES | National Pollutant Discharge Elimination System
NEPA | National Environmental Policy Act
EIS | environmental impact statement
CAA | Clean Air Act
CWA | Clean Water Act
TSCA | Toxic Substances Control Act
CERCLA | Comprehensive Environmental Response, Compensation, and Liability Act | Superfund
EPCRA | Emergency Planning and Community Right-to-Know Act
SPCC | Spill Prevention, Control, and Countermeasure
NESHAP | National Emission Standards for Hazardous Air Pollutants
VOC | volatile organic compound
SDS | safety data sheet | MSDS; material safety data sheet
PFOA | perfluorooctanoic acid
PFOS | perfluorooctane sulfonate | perfluorooctanesulfonic acid
# Infrastructure and places
*DOT | Department of Transportation | USDOT
HUD | Department of Housing and Urban Development
USDA | Department of Agriculture
FEMA | Federal Emergency Management Agency
NTIA | National Telecommunications and Information Administration
*BEAD | Broadband Equity, Access, and Deployment
FHWA | Federal Highway Administration
MARAD | Maritime Administration
*INFRA | Infrastructure for Rebuilding America
*RAISE | Rebuilding American Infrastructure with Sustainability and Equity \
| BUILD; Better Utilizing Investments to Leverage Development; Transportation Investment Generating Economic Recovery
CRISI | Consolidated Rail Infrastructure and Safety Improvements
BRIC | Building Resilient Infrastructure and Communities
LIHTC | Low-Income Housing Tax Credit
TIF | tax increment financing
*OZ | Opportunity Zone | Qualified Opportunity Zone
QOF | Qualified Opportunity Fund
USACE | Army Corps of Engineers
TVA | Tennessee Valley Authority
DRA | Delta Regional Authority
NBRC | Northern Border Regional Commission
SCRC | Southeast Crescent Regional Commission
SBRC | Southwest Border Regional Commission
*POWER | Partnerships for Opportunity and Workforce and Economic Revitalization
*ARISE | Appalachian Regional Initiative for Stronger Economies
RBDG | Rural Business Development Grant
*REAP | Rural Energy for America Program
B&I | Business and Industry Guaranteed Loan | Business and Industry Loan Guarantee
RCDI | Rural Community Development Initiative
# Trade and investment
BIS | Bureau of Industry and Security
OFAC | Office of Foreign Assets Control
CFIUS | Committee on Foreign Investment in the United States
USMCA | United States-Mexico-Canada Agreement
NAFTA | North American Free Trade Agreement
USTR | United States Trade Representative | U.S. Trade Representative
CBP | Customs and Border Protection
HTS | Harmonized Tariff Schedule
ECCN | Export Control Classification Number
FTZ | foreign-trade zone | foreign trade zone
USEAC | U.S. Export Assistance Center | Export Assistance Center
*DEC | District Export Council
*STEP | State Trade Expansion Program
FTA | free trade agreement
Federal Transit Administration | FTA
TAA | Trade Adjustment Assistance
Trade Agreements Act | TAA
TAAF | Trade Adjustment Assistance for Firms
TAAC | Trade Adjustment Assistance Center
DFC | Development Finance Corporation
CTPAT | Customs Trade Partnership Against Terrorism | C-TPAT
AD/CVD | antidumping and countervailing duties
EB-5 | Immigrant Investor Program
# Capital
SBIC | Small Business Investment Company
SBLC | Small Business Lending Company
CDC | Certified Development Company
Centers for Disease Control | CDC
CDE | community development entity
WBC | Women's Business Center
VBOC | Veterans Business Outreach Center
*SCORE | Service Corps of Retired Executives
PPP | Paycheck Protection Program
public-private partnership | PPP | P3
EIDL | Economic Injury Disaster Loan
CRA | Community Reinvestment Act
SLFRF | State and Local Fiscal Recovery Funds
*CARES | Coronavirus Aid, Relief, and Economic Security Act
ESOP | employee stock ownership plan
*PACE | Property Assessed Clean Energy
C-PACE | Commercial Property Assessed Clean Energy
IRB | industrial revenue bond
institutional review board | IRB
PAB | private activity bond
VC | venture capital
FTE | full-time equivalent
KPI | key performance indicator
ROI | return on investment
LISC | Local Initiatives Support Corporation
# Operations and quality
NAM | National Association of Manufacturers
*AME | Association for Manufacturing Excellence
SME | small and medium-sized enterprise
Society of Manufacturing Engineers | SME
subject matter expert | SME
ISO | International Organization for Standardization
ANSI | American National Standards Institute
ASTM | American Society for Testing and Materials
ERP | enterprise resource planning
MRP | material requirements planning
*MES | manufacturing execution system
PLC | programmable logic controller
HMI | human-machine interface
IoT | Internet of Things
CNC | computer numerical control | computer numerically controlled
CAD | computer-aided design
*CAM | computer-aided manufacturing
CMM | coordinate measuring machine
GD&T | geometric dimensioning and tolerancing
FMEA | failure mode and effects analysis | failure modes and effects analysis
PPAP | production part approval process
APQP | advanced product quality planning
SPC | statistical process control
FAI | first article inspection
NDT | nondestructive testing | non-destructive testing
CAPA | corrective and preventive action
RCA | root cause analysis
QMS | quality management system
IATF | International Automotive Task Force
NADCAP | National Aerospace and Defense Contractors Accreditation Program
OEE | overall equipment effectiveness
TPM | total productive maintenance
Talent Pipeline Management | TPM
VSM | value stream mapping | value stream map
SMED | single-minute exchange of die | single-minute exchange of dies
5S | sort, set in order, shine, standardize, sustain
JIT | just-in-time
*WIP | work in process | work in progress
*BOM | bill of materials
MRO | maintenance, repair and operations | maintenance, repair and overhaul
DFM | design for manufacturability | design for manufacturing
NPI | new product introduction
SCRM | supply chain risk management
TCO | total cost of ownership
AGV | automated guided vehicle
AMR | autonomous mobile robot
RFID | radio-frequency identification
PCB | printed circuit board
polychlorinated biphenyl | PCB
cGMP | current good manufacturing practice
OSHA | Occupational Safety and Health Administration
NIOSH | National Institute for Occupational Safety and Health
VPP | Voluntary Protection Programs
*SHARP | Safety and Health Achievement Recognition Program
PPE | personal protective equipment
JSA | job safety analysis
EHS | environment, health and safety
"""

ENTRY = sa.table(
    "glossary_entry",
    sa.column("name", sa.String),
    sa.column("meaning", sa.Text),
    sa.column("others", sa.Text),
    sa.column("is_word", sa.Boolean),
    sa.column("changed_at", Utc),
    sa.column("changed_by_id", sa.Integer),
    sa.column("version", sa.Integer),
)
AUDIT = sa.table(
    "audit_entry", sa.column("action", sa.String), sa.column("subject", sa.Text), sa.column("details", sa.JSON)
)
EDITS = ("added glossary entry", "edited glossary entry", "removed glossary entry")


def rows() -> Iterator[dict[str, Any]]:
    """Yield the entries as rows."""
    for line in ENTRIES.splitlines():
        if not line or line.startswith("#"):
            continue
        name, meaning, others = ([part.strip() for part in line.split("|")] + [""])[:3]
        yield {
            "name": name.removeprefix("*"),
            "meaning": meaning,
            "others": "\n".join(other.strip() for other in others.split(";")),
            "is_word": name.startswith("*"),
            "changed_at": datetime(2026, 11, 28, tzinfo=UTC),
            "version": 1,
        }


def names_taken() -> set[str]:
    """Return the names, in lowercase, that the glossary has, and those that a person added, renamed or removed."""
    connection = op.get_bind()
    names: set[str] = set()
    for entry in connection.execute(sa.select(ENTRY)):
        names.add(entry.name)
        if entry.changed_by_id is not None:
            names.update(entry.others.splitlines())
    for edit in connection.execute(sa.select(AUDIT).where(AUDIT.c.action.in_(EDITS))):
        names.update([edit.subject, *edit.details.get("was", [])[:1], *edit.details.get("names", [])[:1]])
    return {name.lower() for name in names}


def upgrade() -> None:
    taken = names_taken()
    if missing := [row for row in rows() if row["name"].lower() not in taken]:
        op.bulk_insert(ENTRY, missing)


def downgrade() -> None:
    untouched = sa.and_(ENTRY.c.changed_by_id.is_(None), ENTRY.c.version == 1)
    op.execute(sa.delete(ENTRY).where(untouched, ENTRY.c.name.in_([row["name"] for row in rows()])))
