CREATE TABLE IF NOT EXISTS shop_order (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id     bigint NOT NULL,
  policy_id   bigint NOT NULL,  -- with sequence: the coupon that the user wants to use
  sequence    bigint NOT NULL,
  state       text NOT NULL,    -- OrderState
  coupon_used boolean NOT NULL DEFAULT false,  -- as the events show it
  pay_until   timestamptz NOT NULL
);

-- Commands for firstcome. Each is written by the transaction that decides it, and is sent until it has a final result.
CREATE TABLE IF NOT EXISTS coupon_outbox (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference   text NOT NULL,    -- the order, or what else the command is for
  order_id    bigint REFERENCES shop_order,
  user_id     bigint NOT NULL,
  policy_id   bigint NOT NULL,
  sequence    bigint NOT NULL,
  command     text NOT NULL,    -- CouponCommand.Kind
  created_at  timestamptz NOT NULL DEFAULT now(),
  due_at      timestamptz NOT NULL DEFAULT now(),
  attempts    int NOT NULL DEFAULT 0,
  result      text,             -- ACCEPTED, UNCHANGED, ALREADY_USED …; null: not yet known
  UNIQUE (policy_id, sequence, command, reference)  -- what identifies a command in firstcome, too
);
CREATE INDEX IF NOT EXISTS coupon_outbox_due ON coupon_outbox (due_at) WHERE result IS NULL;
CREATE INDEX IF NOT EXISTS coupon_outbox_order ON coupon_outbox (reference, id) WHERE result IS NULL;

-- The events that have had their effect.
CREATE TABLE IF NOT EXISTS processed_event (
  id          text PRIMARY KEY, -- ce_id
  at          timestamptz NOT NULL DEFAULT now()
);

-- What marketing looks at.
CREATE TABLE IF NOT EXISTS coupon_report (
  policy_id   bigint PRIMARY KEY,
  used        bigint NOT NULL DEFAULT 0,
  restored    bigint NOT NULL DEFAULT 0,
  cancelled   bigint NOT NULL DEFAULT 0
);
