"""The words a procedure may ask about: one short registry, shared by every canton's file.

A fact of a case is *derived* (computed from the case), *recorded* (established by an act in the product) or *stated*
(entered by a worker, with a day and a remark). A new fact is added here once, with its label; which canton requires it,
and what follows from it, is defined in the files.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _

from suone.ground.access.categories import DataCategory
from suone.organisation.institutions.kinds import InstitutionKind

Scalar = bool | int | str | date


class Source(Enum):
    """Where a fact comes from."""

    DERIVED = "derived"
    RECORDED = "recorded"
    STATED = "stated"


class Shape(Enum):
    """What kind of value a fact has."""

    YES = "yes"  # true or false
    DAY = "day"  # the day on which it happened
    NUMBER = "number"
    CHOICE = "choice"  # one of a few codes


class Fact(models.TextChoices):
    # Derived from the case.
    CONSENT_VALID = "consent_valid", _("A consent is valid")
    QUESTION_RECORDED = "question_recorded", _("The question to the IIZ office is recorded")
    RISK_FACTORS = "risk_factors", _("Number of risk factors noted")
    FIRST_CONTACT_ON = "first_contact_on", _("First contact at the notifying institution")
    NOTIFIED_EARLY = "notified_early", _("Notified less than six months after the first contact")
    LEVEL = "level", _("Level of collaboration")
    AGE = "age", _("Age of the person")
    INSTITUTIONS = "institutions", _("Number of institutions taking part")
    RAV_AND_SMZ = "rav_and_smz", _("Unemployment insurance and social assistance both take part")
    LEAD_NAMED = "lead_named", _("The lead is named")
    CASE_MANAGER_NAMED = "case_manager_named", _("The case manager is named")
    NOTIFIER_CIRCLE = "notifier_circle", _("Circle of the notifying institution")
    OPEN_ITEMS = "open_items", _("Number of open work items")
    NOTIFIED_ON = "notified_on", _("Day of the notification")
    LEAD_KIND = "lead_kind", _("Kind of the institution that has the lead")
    AHV_KNOWN = "ahv_known", _("The AHV number is known")
    # Recorded by acts.
    TRIAGED_ON = "triaged_on", _("Triage decided")
    ROUND_TABLE_HELD_ON = "round_table_held_on", _("Round table held")
    ASSESSMENT_HELD_ON = "assessment_held_on", _("Assessment meeting held")
    JOINT_INTERVIEW_HELD_ON = "joint_interview_held_on", _("Joint interview held")
    REVIEW_HELD_ON = "review_held_on", _("Review meeting held")
    NETWORK_MEETING_HELD_ON = "network_meeting_held_on", _("Network meeting held")
    BOTH_ADVISERS_MET_ON = "both_advisers_met_on", _("Network meeting held with the advisers of SMZ and IV")
    INTERVISION_HELD_ON = "intervision_held_on", _("Intervision held")
    SESSION_DISCUSSED_ON = "session_discussed_on", _("Discussed in a fixed session")
    MEETING_CONVENED = "meeting_convened", _("A meeting is convened")
    CONTRIBUTIONS_IN = "contributions_in", _("The institutions' contributions are there")
    PLAN_DRAFTED = "plan_drafted", _("An integration plan is drafted")
    PLAN_BINDING_ON = "plan_binding_on", _("The integration plan is signed by all")
    TARGET_AGREEMENT_BINDING_ON = "target_agreement_binding_on", _("The target agreement is signed by all")
    PLAN_REVIEW_ON = "plan_review_on", _("Next review of the plan")
    SERVICE_ORDERED = "service_ordered", _("A service is ordered")
    SERVICES_RUNNING = "services_running", _("Number of services under way")
    COACHING_CLOSED_ON = "coaching_closed_on", _("Coaching closed with its outcome")
    MEDICAL_MANDATE_GIVEN = "medical_mandate_given", _("A medical mandate is given")
    MEDICAL_REPORT_ON = "medical_report_on", _("The medical report is in")
    LIFE_SITUATION = "life_situation", _("Life situation of the screening")
    SHORT_ASSESSMENT_ON = "short_assessment_on", _("Short assessment made")
    PRACTICE_ASSESSMENT_ON = "practice_assessment_on", _("Practice assessment made")
    POTENTIAL_ASSESSMENT_ON = "potential_assessment_on", _("In-depth potential assessment made")
    SEGMENT = "segment", _("Segment")
    SEGMENTED_ON = "segmented_on", _("Segment decided or confirmed")
    # Stated by a worker; some are also recorded by an act.
    PERSON_ATTENDED = "person_attended", _("The person took part in the meeting")
    RAD_ATTENDED = "rad_attended", _("A physician of the RAD took part in the meeting")
    COMMISSION_ASKED = "commission_asked", _("The legal commission has been asked for a decision")
    COMMISSION_DECIDED_ON = "commission_decided_on", _("The legal commission decided")
    CONDITIONS_CHECKED_ON = "conditions_checked_on", _("Conditions checked by the coordination office")
    EXCEPTION_ADMITTED = "exception_admitted", _("The coordination office admits an exception")
    REGISTERED_RAV_ON = "registered_rav_on", _("Registered with RAV since")
    REGISTERED_IV_ON = "registered_iv_on", _("Registered with the IV since")
    REGISTERED_SOCIAL_ON = "registered_social_on", _("Registered with social assistance since")
    OUT_OF_WORK = "out_of_work", _("The person is out of work")
    VOLUNTARY = "voluntary", _("The person takes part voluntarily")
    SEVERAL_INVOLVED = "several_involved", _("Several institutions are involved, or one alone cannot carry it")
    HEALTH_ATTESTED = "health_attested", _("A physician attests a health problem with a risk of incapacity")
    EARLIER_IV_APPLICATION = (
        "earlier_iv_application",
        _("There was an earlier application to the IV, with or without a pension"),
    )
    NEW_MEDICAL_FACTS = "new_medical_facts", _("A physician has objectively confirmed new medical facts or a worsening")
    IV_PLACEMENT_ENDED_ON = "iv_placement_ended_on", _("IV ended job placement without a job")
    RELEVANT_MEASURES = "relevant_measures", _("Relevant measure taken meanwhile")
    WRITTEN_REQUEST = "written_request", _("The person has written the request for placement")
    FORMER_ADVISER_CONTACTED = "former_adviser_contacted", _("Former IV workplace adviser contacted")
    TARGET_AGREEMENT_CONSIDERED = "target_agreement_considered", _("A joint target agreement was considered")
    IV_CONTACT_KIND = "iv_contact_kind", _("Kind of contact with the IV")
    HANDOVER_BETWEEN = "handover_between", _("Between which institutions")
    CONSTELLATION = "constellation", _("Constellation of the hand-over")
    REGISTER_CHECKED = "register_checked", _("The register was checked")
    PERSON_ASKED = "person_asked", _("The person was asked who else supports them")
    PARTNER_CONTACTED = "partner_contacted", _("The partner institution's worker was contacted")
    COORDINATES_SENT = "coordinates_sent", _("Own contact details were sent to the partner's contact person")
    HANDOVER_ACCEPTED_ON = "handover_accepted_on", _("The receiving institution accepted the hand-over")
    ADVISERS_NAMED = "advisers_named", _("The person named their advisers at the other institutions")
    FIT_FOR_WORK = "fit_for_work", _("BIP judges the person fit for work")
    JOBLESS_REFUGEE = (
        "jobless_refugee",
        _("A refugee or provisionally admitted person without work draws social assistance"),
    )
    RAV_REGISTRATION = "rav_registration", _("The jobless refugee is registered with RAV")
    COACHING_KIND = "coaching_kind", _("Kind of coaching")
    TANDEM_NAMED = "tandem_named", _("RAV adviser and social worker form a tandem")
    BENEFITS_EXHAUSTED = "benefits_exhausted", _("The benefits are exhausted and the situation is precarious")
    CLARIFIED_ON = "clarified_on", _("Social, professional and medical situation clarified")
    NEED_CLARIFIED = "need_clarified", _("The need is clarified")
    SUBSIDIARITY_CHECKED = "subsidiarity_checked", _("Subsidiarity is checked")
    INTEGRATION_NEED = "integration_need", _("An increased integration need is established")
    ENTITLED = "entitled", _("Entitlement to social assistance")
    ASSISTANCE_FORESEEABLE = (
        "assistance_foreseeable",
        _("Will need social assistance in the short or medium term"),
    )
    ASSISTANCE_KIND = "assistance_kind", _("Ordinary or asylum social assistance")
    RELEASE_KIND = "release_kind", _("Release from social assistance")
    RELEASE_THROUGH = "release_through", _("How the person leaves social assistance")
    PREVENTION_USEFUL = "prevention_useful", _("Preventive advice can prevent social assistance or help out of it")
    LABOUR_MEASURES = "labour_measures", _("Labour-market measures or placement are under way")
    EXPECTED_OVER_TWO_YEARS = "expected_over_two_years", _("Reintegration is expected to take more than two years")
    MULTIPLE_PROBLEMS = "multiple_problems", _("The person has multiple problems")
    INTEGRATED_ON = "integrated_on", _("Goals reached: the person is integrated")
    LASTING_ON = "lasting_on", _("Lasting integration is established")
    OUTCOME_INFORMED = "outcome_informed", _("Everybody taking part is informed of the outcome")
    DIRECTED_TO = "directed_to", _("The right institution is named")
    T1_CONVENTION = "t1_convention", _("Handled under the convention between Plattform T1 and the IV")


@dataclass(frozen=True, slots=True)
class Word:
    """The definition of a fact: its source, the shape of its value, the codes of a choice, and its data category.

    A remark may belong to another category: a comment on a medical certificate is health data. What is ``of_office`` only
    the coordination office states; what ``asks_reason`` is stated with a remark.
    """

    source: Source
    shape: Shape
    codes: tuple[str, ...] = ()
    category: DataCategory = DataCategory.ADMINISTRATIVE
    remark_category: DataCategory = DataCategory.ADMINISTRATIVE
    of_office: bool = False
    asks_reason: bool = False

    @property
    def belongs_to_round(self) -> bool:
        """Whether it happened once, in one round of the case; what describes the case holds until something else is recorded."""
        return self.source is not Source.DERIVED and self.shape in (Shape.YES, Shape.DAY)


def _words(source: Source, shape: Shape, *facts: Fact, codes: tuple[str, ...] = ()) -> dict[Fact, Word]:
    return {fact: Word(source, shape, codes) for fact in facts}


WORDS: dict[Fact, Word] = {
    **_words(
        Source.DERIVED,
        Shape.YES,
        Fact.CONSENT_VALID,
        Fact.QUESTION_RECORDED,
        Fact.NOTIFIED_EARLY,
        Fact.RAV_AND_SMZ,
        Fact.LEAD_NAMED,
        Fact.CASE_MANAGER_NAMED,
        Fact.AHV_KNOWN,
    ),
    **_words(Source.DERIVED, Shape.NUMBER, Fact.RISK_FACTORS, Fact.AGE, Fact.INSTITUTIONS, Fact.OPEN_ITEMS),
    **_words(Source.DERIVED, Shape.DAY, Fact.FIRST_CONTACT_ON, Fact.NOTIFIED_ON),
    **_words(Source.DERIVED, Shape.CHOICE, Fact.LEAD_KIND, codes=tuple(InstitutionKind.values)),
    **_words(Source.DERIVED, Shape.CHOICE, Fact.LEVEL, codes=("simple", "network", "complex")),
    **_words(Source.DERIVED, Shape.CHOICE, Fact.NOTIFIER_CIRCLE, codes=("first", "second", "private")),
    **_words(
        Source.RECORDED,
        Shape.DAY,
        Fact.TRIAGED_ON,
        Fact.ROUND_TABLE_HELD_ON,
        Fact.ASSESSMENT_HELD_ON,
        Fact.JOINT_INTERVIEW_HELD_ON,
        Fact.REVIEW_HELD_ON,
        Fact.NETWORK_MEETING_HELD_ON,
        Fact.BOTH_ADVISERS_MET_ON,
        Fact.INTERVISION_HELD_ON,
        Fact.SESSION_DISCUSSED_ON,
        Fact.PLAN_BINDING_ON,
        Fact.TARGET_AGREEMENT_BINDING_ON,
        Fact.PLAN_REVIEW_ON,
        Fact.COACHING_CLOSED_ON,
        Fact.MEDICAL_REPORT_ON,
        Fact.SHORT_ASSESSMENT_ON,
        Fact.PRACTICE_ASSESSMENT_ON,
        Fact.POTENTIAL_ASSESSMENT_ON,
        Fact.SEGMENTED_ON,
    ),
    **_words(
        Source.RECORDED,
        Shape.YES,
        Fact.REGISTER_CHECKED,
        Fact.MEETING_CONVENED,
        Fact.CONTRIBUTIONS_IN,
        Fact.PLAN_DRAFTED,
        Fact.SERVICE_ORDERED,
        Fact.MEDICAL_MANDATE_GIVEN,
        Fact.WRITTEN_REQUEST,
    ),
    **_words(Source.RECORDED, Shape.NUMBER, Fact.SERVICES_RUNNING),
    **_words(
        Source.STATED,
        Shape.DAY,
        Fact.CONDITIONS_CHECKED_ON,
        Fact.REGISTERED_RAV_ON,
        Fact.REGISTERED_IV_ON,
        Fact.REGISTERED_SOCIAL_ON,
        Fact.IV_PLACEMENT_ENDED_ON,
        Fact.FORMER_ADVISER_CONTACTED,
        Fact.HANDOVER_ACCEPTED_ON,
        Fact.COMMISSION_DECIDED_ON,
        Fact.CLARIFIED_ON,
        Fact.INTEGRATED_ON,
        Fact.LASTING_ON,
    ),
    **_words(
        Source.STATED,
        Shape.YES,
        Fact.PERSON_ATTENDED,
        Fact.RAD_ATTENDED,
        Fact.COMMISSION_ASKED,
        Fact.EXCEPTION_ADMITTED,
        Fact.OUT_OF_WORK,
        Fact.VOLUNTARY,
        Fact.SEVERAL_INVOLVED,
        Fact.HEALTH_ATTESTED,
        Fact.EARLIER_IV_APPLICATION,
        Fact.NEW_MEDICAL_FACTS,
        Fact.TARGET_AGREEMENT_CONSIDERED,
        Fact.PERSON_ASKED,
        Fact.PARTNER_CONTACTED,
        Fact.COORDINATES_SENT,
        Fact.ADVISERS_NAMED,
        Fact.FIT_FOR_WORK,
        Fact.JOBLESS_REFUGEE,
        Fact.RAV_REGISTRATION,
        Fact.TANDEM_NAMED,
        Fact.BENEFITS_EXHAUSTED,
        Fact.NEED_CLARIFIED,
        Fact.SUBSIDIARITY_CHECKED,
        Fact.INTEGRATION_NEED,
        Fact.ENTITLED,
        Fact.ASSISTANCE_FORESEEABLE,
        Fact.PREVENTION_USEFUL,
        Fact.LABOUR_MEASURES,
        Fact.EXPECTED_OVER_TWO_YEARS,
        Fact.MULTIPLE_PROBLEMS,
        Fact.OUTCOME_INFORMED,
        Fact.DIRECTED_TO,
        Fact.T1_CONVENTION,
    ),
    **_words(
        Source.STATED,
        Shape.CHOICE,
        Fact.IV_CONTACT_KIND,
        codes=("early_registration", "application", "worsening", "placement"),
    ),
    **_words(
        Source.STATED,
        Shape.CHOICE,
        Fact.RELEVANT_MEASURES,
        codes=("motivation", "fitness", "preparation", "training"),
    ),
    **_words(
        Source.STATED,
        Shape.CHOICE,
        Fact.HANDOVER_BETWEEN,
        codes=("smz_iv", "iv_smz", "rav_smz", "bip_rav", "other"),
    ),
    **_words(Source.STATED, Shape.CHOICE, Fact.CONSTELLATION, codes=("1", "2", "3", "4")),
    **_words(Source.STATED, Shape.CHOICE, Fact.ASSISTANCE_KIND, codes=("ordinary", "asylum")),
    **_words(Source.STATED, Shape.CHOICE, Fact.RELEASE_KIND, codes=("whole", "partial")),
    **_words(Source.STATED, Shape.CHOICE, Fact.RELEASE_THROUGH, codes=("labour_market", "assets", "prior_claims")),
    **_words(Source.STATED, Shape.CHOICE, Fact.COACHING_KIND, codes=("tandem", "intensive")),
    **_words(Source.RECORDED, Shape.CHOICE, Fact.LIFE_SITUATION, codes=("1", "2", "3", "4", "5", "6")),
    **_words(Source.RECORDED, Shape.CHOICE, Fact.SEGMENT, codes=("A", "V", "O", "S")),
}

# Facts with another category than administrative. That a physician attests an incapacity is a consequence for work,
# which partners need; a remark on it is health data (ATSG Art. 47 para 2).
_CATEGORIES: dict[DataCategory, tuple[Fact, ...]] = {
    DataCategory.IDENTITY: (Fact.AGE, Fact.AHV_KNOWN),
    DataCategory.EMPLOYMENT: (
        Fact.QUESTION_RECORDED,
        Fact.RISK_FACTORS,
        Fact.SERVICE_ORDERED,
        Fact.SERVICES_RUNNING,
        Fact.COACHING_CLOSED_ON,
        Fact.COACHING_KIND,
        Fact.TANDEM_NAMED,
        Fact.MEDICAL_MANDATE_GIVEN,
        Fact.MEDICAL_REPORT_ON,
        Fact.RAD_ATTENDED,
        Fact.LIFE_SITUATION,
        Fact.SHORT_ASSESSMENT_ON,
        Fact.PRACTICE_ASSESSMENT_ON,
        Fact.POTENTIAL_ASSESSMENT_ON,
        Fact.SEGMENT,
        Fact.SEGMENTED_ON,
        Fact.REGISTERED_RAV_ON,
        Fact.REGISTERED_IV_ON,
        Fact.OUT_OF_WORK,
        Fact.HEALTH_ATTESTED,
        Fact.NEW_MEDICAL_FACTS,
        Fact.EARLIER_IV_APPLICATION,
        Fact.IV_PLACEMENT_ENDED_ON,
        Fact.IV_CONTACT_KIND,
        Fact.RELEVANT_MEASURES,
        Fact.WRITTEN_REQUEST,
        Fact.FIT_FOR_WORK,
        Fact.CLARIFIED_ON,
        Fact.NEED_CLARIFIED,
        Fact.INTEGRATION_NEED,
        Fact.LABOUR_MEASURES,
        Fact.EXPECTED_OVER_TWO_YEARS,
        Fact.MULTIPLE_PROBLEMS,
        Fact.INTEGRATED_ON,
        Fact.LASTING_ON,
    ),
    DataCategory.FINANCES: (
        Fact.BENEFITS_EXHAUSTED,
        Fact.REGISTERED_SOCIAL_ON,
        Fact.SUBSIDIARITY_CHECKED,
        Fact.ENTITLED,
        Fact.ASSISTANCE_FORESEEABLE,
        Fact.PREVENTION_USEFUL,
        Fact.RELEASE_KIND,
        Fact.RELEASE_THROUGH,
    ),
    DataCategory.MIGRATION: (Fact.ASSISTANCE_KIND, Fact.JOBLESS_REFUGEE, Fact.RAV_REGISTRATION),
}
_REMARKS_ON_HEALTH = (Fact.HEALTH_ATTESTED, Fact.NEW_MEDICAL_FACTS)
for _category, _facts in _CATEGORIES.items():
    for _fact in _facts:
        _of_remark = DataCategory.HEALTH if _fact in _REMARKS_ON_HEALTH else _category
        WORDS[_fact] = replace(WORDS[_fact], category=_category, remark_category=_of_remark)

WORDS[Fact.CONDITIONS_CHECKED_ON] = replace(WORDS[Fact.CONDITIONS_CHECKED_ON], of_office=True)
WORDS[Fact.EXCEPTION_ADMITTED] = replace(WORDS[Fact.EXCEPTION_ADMITTED], of_office=True, asks_reason=True)

# What a choice's code means.
CODES: dict[Fact, dict[str, object]] = {
    Fact.LEAD_KIND: dict(InstitutionKind.choices),
    Fact.LEVEL: {"simple": _("simple"), "network": _("network"), "complex": _("complex")},
    Fact.NOTIFIER_CIRCLE: {"first": _("first circle"), "second": _("second circle"), "private": _("private")},
    Fact.IV_CONTACT_KIND: {
        "early_registration": _("early registration"),
        "application": _("application"),
        "worsening": _("notice of worsening"),
        "placement": _("request for job placement"),
    },
    Fact.RELEVANT_MEASURES: {
        "motivation": _("effective work on motivation"),
        "fitness": _("validated fitness for placement"),
        "preparation": _("further preparation for work"),
        "training": _("further training"),
    },
    Fact.HANDOVER_BETWEEN: {
        "smz_iv": _("SMZ to IV"),
        "iv_smz": _("IV to SMZ"),
        "rav_smz": _("between RAV and SMZ"),
        "bip_rav": _("BIP to RAV"),
        "other": _("between other institutions"),
    },
    Fact.CONSTELLATION: {
        "1": _("1: hand-over, the sender continues to follow the person"),
        "2": _("2: the same in the other direction"),
        "3": _("3: direct hand-over, the sender stops"),
        "4": _("4: the sender stops without hand-over"),
    },
    Fact.ASSISTANCE_KIND: {"ordinary": _("ordinary social assistance"), "asylum": _("asylum social assistance")},
    Fact.RELEASE_KIND: {"whole": _("whole"), "partial": _("partial")},
    Fact.RELEASE_THROUGH: {
        "labour_market": _("through the labour market"),
        "assets": _("through assets"),
        "prior_claims": _("through prior claims"),
    },
    Fact.COACHING_KIND: {"tandem": _("tandem"), "intensive": _("intensive coaching")},
    Fact.LIFE_SITUATION: {
        "1": _("1: youth up to 25 who may not complete school or apprenticeship"),
        "2": _("2: applying for social assistance, certified unfit for work"),
        "3": _("3: on social assistance, feeling unfit for work"),
        "4": _("4: given notice, searching without success, at risk of falling ill"),
        "5": _("5: employed, over 55, with age- or health-related limits"),
        "6": _("6: employed, with frequent or regular certified absences"),
    },
    Fact.SEGMENT: {
        "A": _("A: release"),
        "V": _("V: change"),
        "O": _("O: orient"),
        "S": _("S: stabilise"),
    },
}


def word(fact: str) -> Word:
    """The definition of a fact; raises ``ValueError`` for a word that is not in the registry."""
    return WORDS[Fact(fact)]
