import { mount } from "svelte";
import App from "./App.svelte";
import "./style/app.css";
import "./style/task.css";
import "./style/panels.css";
import "./style/types.css";
import "./style/small.css";

mount(App, { target: document.body });
