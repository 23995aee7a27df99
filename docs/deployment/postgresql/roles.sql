-- A site's roles, once:  psql -v site=commerce_admin -f roles.sql postgres
-- NAME_owner changes the tables, at an upgrade; NAME_app is what the nodes and jobs are, and may do no
-- more than read and write rows; NAME_backup only reads. Give them passwords with \password.
\set ON_ERROR_STOP on
SELECT :'site' || '_owner' AS owner, :'site' || '_app' AS app, :'site' || '_backup' AS backup \gset

CREATE ROLE :"owner" LOGIN;
CREATE ROLE :"app" LOGIN;
CREATE ROLE :"backup" LOGIN;
-- A node that hangs in the middle of a transaction must not keep the others from their rows.
ALTER ROLE :"app" SET idle_in_transaction_session_timeout = '60s';
-- A change of a table that waits has everybody else wait behind it: rather give up, and try again.
ALTER ROLE :"owner" SET lock_timeout = '5s';
ALTER ROLE :"backup" SET default_transaction_read_only = on;
