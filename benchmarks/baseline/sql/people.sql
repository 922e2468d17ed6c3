-- Who an account is, and where that person works on each day. Small tables, straight from raw.
-- The compact keys are read from where the warehouse gave them; nothing else of the pipeline is.

create or replace temp table employment as
with spans as (
    select
        employee_token,
        effective_from as valid_from,
        coalesce(effective_to, date '2199-12-31') as valid_to,
        case
            when trim(coalesce(department, '')) = '' then 'no_department'
            else replace(lower(trim(department)), ' ', '_')
        end as department_key,
        department
    from warehouse.raw_hris.employee_history
    where not coalesce(is_day_marker, false)
)

select
    person_keys.person_key,
    spans.department_key,
    spans.department,
    spans.valid_from,
    spans.valid_to
from spans
inner join warehouse.intermediate.int_people as people using (employee_token)
inner join warehouse.intermediate.person_keys as person_keys using (person_label);

create or replace temp table accounts as
with addresses as (
    select distinct id_token, target_token as email_token
    from warehouse.raw_chatgpt.identity_links
),

people as (
    select distinct addresses.id_token, person_keys.person_key
    from addresses
    inner join warehouse.raw_hris.employee_emails as emails using (email_token)
    inner join warehouse.intermediate.int_people as people using (employee_token)
    inner join warehouse.intermediate.person_keys as person_keys using (person_label)
)

select
    account_keys.account_key,
    account_keys.id_token,
    people.person_key,
    min(employment.valid_from) as valid_from,
    max(employment.valid_to) as valid_to
from warehouse.intermediate.account_keys as account_keys
left join people on account_keys.namespace = 'vendor-user/chatgpt' and account_keys.id_token = people.id_token
left join employment on people.person_key = employment.person_key
where account_keys.tool_account_source = 'chatgpt'
group by account_keys.account_key, account_keys.id_token, people.person_key;

create or replace temp table known_models as
select spelling, coalesce(alias.model, spelling) as model
from (
    select distinct lower(model) as spelling from warehouse.raw_chatgpt.costs_usage
    union
    select distinct lower(model) from warehouse.raw_chatgpt.conversation_messages
) as spellings
left join warehouse.reference.model_aliases as alias on spellings.spelling = alias.alias
where spelling is not null;
