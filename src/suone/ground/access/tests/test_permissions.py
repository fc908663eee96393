import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.ground.access.categories import (
    ALL_BUT_HEALTH,
    ALL_CATEGORIES,
    HEALTH_BIT,
    DataCategory,
    categories_in,
    mask_of,
)
from suone.ground.access.permissions import ROLE_PERMISSIONS, Permission, Role, permissions_of


def test_every_role_is_in_the_table_and_every_permission_belongs_to_a_role() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert set().union(*ROLE_PERMISSIONS.values()) == set(Permission)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.AUDIT_READ, {Role.DATA_PROTECTION_OFFICER}),
        (Permission.MEDICAL_READ, {Role.MEDICAL_OFFICER}),
        (Permission.PERSON_MERGE, {Role.CANTONAL_DELEGATE, Role.OFFICE_ADMINISTRATOR}),
        (
            Permission.CASE_TRIAGE,  # at the institution that receives the case; at the coordination office the first two
            {Role.REGIONAL_COORDINATOR, Role.CANTONAL_DELEGATE, Role.CONTACT_PERSON, Role.FRONT_LINE_WORKER},
        ),
    ],
)
def test_delicate_permissions_belong_to_few_roles(permission: Permission, roles: set[Role]) -> None:
    assert {role for role, given in ROLE_PERMISSIONS.items() if permission in given} == roles


def test_steering_and_data_protection_open_no_case() -> None:
    for role in (Role.STEERING, Role.DATA_PROTECTION_OFFICER):
        assert Permission.CASE_READ not in ROLE_PERMISSIONS[role]


def test_somebody_with_two_roles_may_what_either_may() -> None:
    both = permissions_of(frozenset({Role.STEERING, Role.MEDICAL_OFFICER}))

    assert both == ROLE_PERMISSIONS[Role.STEERING] | ROLE_PERMISSIONS[Role.MEDICAL_OFFICER]
    assert permissions_of(frozenset()) == frozenset()


@given(st.sets(st.sampled_from(list(DataCategory))))
def test_a_mask_says_its_categories(categories: set[DataCategory]) -> None:
    mask = mask_of(categories)

    assert set(categories_in(mask)) == categories
    assert 0 <= mask <= ALL_CATEGORIES


def test_all_but_health_leaves_out_health_and_nothing_else() -> None:
    assert ALL_BUT_HEALTH | HEALTH_BIT == ALL_CATEGORIES
    assert ALL_BUT_HEALTH & HEALTH_BIT == 0
