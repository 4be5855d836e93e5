-- A small company to try the tools on. Loaded only when asked for; running it again changes nothing.

INSERT INTO users (user_id, name, email, department, role, status) VALUES
  ('u_001', 'Mara Lindqvist',  'mara.lindqvist@example.com',  'Support',     'Support lead',          'active'),
  ('u_002', 'Tomas Okafor',    'tomas.okafor@example.com',    'Engineering', 'Platform engineer',     'active'),
  ('u_003', 'Ines Carvalho',   'ines.carvalho@example.com',   'Finance',     'Controller',            'active'),
  ('u_004', 'Jun Watanabe',    'jun.watanabe@example.com',    'Engineering', 'Security engineer',     'active'),
  ('u_005', 'Rosa Keller',     'rosa.keller@example.com',     'Sales',       'Account manager',       'active'),
  ('u_006', 'Dmitri Halvorsen','dmitri.halvorsen@example.com','Operations',  'Site reliability lead', 'active'),
  ('u_007', 'Amara Nwosu',     'amara.nwosu@example.com',     'Legal',       'Counsel',               'active'),
  ('u_008', 'Peter Brandt',    'peter.brandt@example.com',    'Sales',       'Account manager',       'suspended'),
  ('u_009', 'Leila Haddad',    'leila.haddad@example.com',    'Support',     'Support agent',         'active'),
  ('u_010', 'Oskar Nowak',     'oskar.nowak@example.com',     'Engineering', 'Data engineer',         'left'),
  ('u_011', 'Chloe Marchand',  'chloe.marchand@example.com',  'Marketing',   'Content designer',      'active'),
  ('u_012', 'Samuel Adeyemi',  'samuel.adeyemi@example.com',  'Operations',  'Procurement officer',   'active')
ON CONFLICT DO NOTHING;

INSERT INTO tickets (ticket_id, title, description, status, priority, requester_id, assignee_id) VALUES
  ('T-DEMO1', 'Cannot reset password',         'The reset mail never arrives, spam folder checked.',                   'open',        'high',   'u_005', 'u_009'),
  ('T-DEMO2', 'Invoice 2231 charged twice',    'The card shows two charges of 480.00 on the same day.',                'in_progress', 'urgent', 'u_003', 'u_001'),
  ('T-DEMO3', 'Laptop battery drains quickly', 'Ninety minutes on a full charge since the last update.',               'open',        'normal', 'u_011', NULL),
  ('T-DEMO4', 'VPN drops every hour',          'The connection to the office network is lost once an hour.',           'in_progress', 'high',   'u_002', 'u_006'),
  ('T-DEMO5', 'Export of reports is slow',     'The monthly report takes more than ten minutes to export.',            'resolved',    'normal', 'u_003', 'u_002'),
  ('T-DEMO6', 'New badge for the main door',   'The badge is not recognised at the main entrance.',                    'closed',      'low',    'u_012', 'u_006'),
  ('T-DEMO7', 'Two-factor codes are rejected', 'Codes from the authenticator are refused after the phone was changed.','open',        'urgent', 'u_007', 'u_004')
ON CONFLICT DO NOTHING;
