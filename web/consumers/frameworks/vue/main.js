import { createApp } from "vue";
import { look } from "../look.js";
import Form from "./Form.vue";

createApp(Form).mount("main");
look();
