// Requests a coupon with the types that openapi-typescript has made of /openapi.json.
import createClient from "openapi-fetch";
import type { paths } from "./firstcome.js";

const [url, key, policy, ...users] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });

async function issue(policyId: number, userId: number): Promise<string> {
  const { data, error } = await client.POST("/v1/policies/{policyId}/coupons", {
    params: { path: { policyId }, header: { Prefer: "wait=2" } },
    body: { userId },
  });
  if (error) return `${error.result}: ${error.detail}`; // 503 and 429: ask again after Retry-After
  switch (data.result) {
    case "SUCCESS":
    case "ALREADY_ISSUED":
      return `${data.result} ${data.sequence}`;
    case "PENDING": {
      const later = await client.GET("/v1/requests/{ticket}", { params: { path: { ticket: data.ticket }, query: { wait: 10 } } });
      return later.data?.result ?? "PENDING";
    }
  }
}

for (const user of users) console.log(await issue(Number(policy), Number(user)));
