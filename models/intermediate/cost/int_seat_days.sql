-- grain: one row per account, product and day on which the account holds a seat
select
    account_key,
    product,
    tool,
    plan,
    assigned_at,
    is_carried,
    seat_date
from {{ ref('port_seat_days') }}
