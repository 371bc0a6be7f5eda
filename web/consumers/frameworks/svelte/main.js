import { mount } from "svelte";
import { look } from "../look.js";
import Form from "./Form.svelte";

mount(Form, { target: document.querySelector("main") });
look();
