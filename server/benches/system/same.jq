# What both answers say, under the same names: photos and members in no order, since the peer has none for them.
def photos: map({sha256, size: (.byteSize | tonumber), state}) | sort;
def onsite: (.data.visits // .data.projects).nodes | map(
  if .visits then {name, unit: .responsibleOrganisation.name,
    team: [.team.members[] | {kind, name: .person.name, unit: .person.organisation.name}] | sort,
    visits: [.visits.nodes[] | {date, verdict, checkIns: [.checkIns[] | {note, photos: (.photos | photos)}]}]}
  else {date, verdict, project: .project.name, unit: .project.responsibleOrganisation.name, person: .person.name,
    checkIns: [.checkIns[] | {note, photos: (.photos | photos)}]} end);
def check_ins: [.standingsByVisitId.nodes[].checkInByCheckInId | {note, photos: (.photosByCheckInId.nodes | photos)}];
def peer: (.data.allVisits // .data.allProjects).nodes | map(
  if .visitsByProjectId then {name, unit: .organisationByResponsibleOrganisationId.name,
    team: [.teamRolesByProjectId.nodes[] | {kind, name: .personByPersonId.name, unit: .personByPersonId.organisationByOrganisationId.name}] | sort,
    visits: [.visitsByProjectId.nodes[] | {date: .localDate, verdict, checkIns: check_ins}]}
  else {date: .localDate, verdict, project: .projectByProjectId.name,
    unit: .projectByProjectId.organisationByResponsibleOrganisationId.name, person: .personByPersonId.name, checkIns: check_ins} end);
if .data | has("visits") or has("projects") then onsite else peer end
