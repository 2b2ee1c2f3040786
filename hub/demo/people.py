"""The demo world's people, all invented.

Each line has an organization, a role, an email address and a name. The six addresses at ``demo.example`` are the
ones that ``make demo`` prints for signing in.
"""

from hub.demo.shapes import DemoPerson
from hub.members.rules.organizations import Role

_LINES = """
amcc              coordinator     coordinator@demo.example                       Marguerite Oyelaran
amcc              coordinator     d.lindqvist@amcc.example                       Dag Lindqvist
amcc              board           board@demo.example                             Walter Szymański
lakeshore         representative  representative@demo.example                    Rosa Peña
lakeshore         alternate       alternate@demo.example                         Tom Vandersloot
lakeshore         contributor     contributor@demo.example                       Keisha Broadnax
lakeshore         contributor     hal.okafor@lakeshore-forge.example             Hal Okafor
ridgeline         representative  jolene.hatcher@ridgeline-materials.example     Jolene Hatcher
ridgeline         alternate       amit.deshpande@ridgeline-materials.example     Amit Deshpande
ridgeline         contributor     billie.cantrell@ridgeline-materials.example    Billie Cantrell
ridgeline         board           ruth.abernethy@ridgeline-materials.example     Ruth Abernethy
bayou             representative  celestine.robichaux@bayou-marine.example       Celestine Robichaux
bayou             alternate       minh.tran@bayou-marine.example                 Minh Tran
prairie           representative  erik.sorensen@prairie-implement.example        Erik Sørensen
prairie           alternate       dolores.whitebull@prairie-implement.example    Dolores Whitebull
prairie           contributor     casey.ruhl@prairie-implement.example           Casey Ruhl
red-mesa          representative  lucia.armijo@redmesa-aero.example              Lucía Armijo
red-mesa          alternate       grant.tsosie@redmesa-aero.example              Grant Tsosie
cascade           representative  naomi.fujita@cascade-clean.example             Naomi Fujita
cascade           alternate       pavel.horak@cascade-clean.example              Pavel Horák
cascade           contributor     wren.castellano@cascade-clean.example          Wren Castellano
millstream        representative  abigail.thibodeau@millstream-precision.example Abigail Thibodeau
millstream        alternate       sanjay.mehrotra@millstream-precision.example   Sanjay Mehrotra
millstream        board           gerald.pettengill@millstream-precision.example Gerald Pettengill
piedmont          representative  yvonne.mcadoo@piedmont-threads.example         Yvonne McAdoo
piedmont          alternate       luis.betancourt@piedmont-threads.example       Luis Betancourt
piedmont          contributor     dana.sizemore@piedmont-threads.example         Dana Sizemore
delta-crossing    representative  marcus.tolliver@delta-crossing.example         Marcus Tolliver
delta-crossing    alternate       shelby.nakamura@delta-crossing.example         Shelby Nakamura
harborline        representative  priya.ramanathan@harborline-hub.example        Priya Ramanathan
harborline        alternate       joe.kowalczyk@harborline-hub.example           Joe Kowalczyk
harborline        contributor     tamika.ellison@harborline-hub.example          Tamika Ellison
northwoods        representative  linnea.hauge@northwoods-packaging.example      Linnéa Hauge
northwoods        alternate       curt.bergstrom@northwoods-packaging.example    Curt Bergstrom
basin-range       representative  elko.davenport@basin-range.example             Elko Davenport
basin-range       alternate       maribel.ituarte@basin-range.example            Maribel Ituarte
orir              representative  simone.achterberg@orir.example                 Simone Achterberg
orir              alternate       terrence.oduya@orir.example                    Terrence Oduya
shop-floor-skills representative  beatriz.nogueira@shopfloorskills.example       Beatriz Nogueira
shop-floor-skills alternate       cal.whitlock@shopfloorskills.example           Cal Whitlock
supply-atlas      representative  bff@demo.example                               Ingrid Vasquez-Holm
supply-atlas      alternate       theo.marchetti@supply-atlas.example            Theo Marchetti
supply-atlas      contributor     june.akintola@supply-atlas.example             June Akintola
cyber-guild       representative  owen.delacroix@smallshopcyber.example          Owen Delacroix
cyber-guild       alternate       fatima.zeller@smallshopcyber.example           Fatima Zeller
patient-capital   representative  harriet.boateng@patientcapital.example         Harriet Boateng
patient-capital   alternate       leon.strickland@patientcapital.example         Léon Strickland
"""


def _person(line: str) -> DemoPerson:
    organization, role, email, name = line.split(maxsplit=3)
    return DemoPerson(email, name, organization, Role(role))


PEOPLE: tuple[DemoPerson, ...] = tuple(_person(line) for line in _LINES.strip().splitlines())
