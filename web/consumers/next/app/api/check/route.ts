import { checkForm, ready, type ConnectionForm } from "bowline";

/** The same form, judged again on the server. */
export async function POST(request: Request): Promise<Response> {
  await ready();
  const form = (await request.json()) as ConnectionForm;
  return Response.json(checkForm(form));
}
